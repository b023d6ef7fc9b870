using System.Net;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;

namespace Shiplog.Worker.Images.Registry;

/// <summary>
/// Fetches a blob into its writer. A connection that breaks is taken up where it broke, some times; a registry that lies about
/// a size is not asked again.
/// </summary>
internal sealed class BlobDownload(RegistryClient registry, TimeProvider time)
{
    /// <summary>How long a registry may send nothing in the middle of a blob.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private const int Attempts = 4;

    public async Task FetchAsync(string digest, BlobWriter target, LayerProgress? progress, CancellationToken cancellation)
    {
        var (failures, pause) = (0, FirstPause);
        while (target.Length < target.Size || target.Size == 0)
        {
            var before = target.Length;
            try
            {
                await ReadAsync(digest, target, progress, cancellation);
                break;
            }
            catch (BrokenOffException e)
            {
                // One that gets on at each try is only unlucky; one that sends nothing will not do better for being asked often.
                (failures, pause) = target.Length > before ? (1, FirstPause) : (failures + 1, pause * 2);
                if (failures == Attempts && e.InnerException is RegistryException unreachable)
                    throw unreachable;
                if (failures == Attempts)
                    throw new RegistryException(
                        FailureKind.Unavailable, $"registry {registry.Host} sent {target.Length} of {target.Size} bytes of blob {digest} and broke off; try again later", inner: e);
            }
            progress?.Say($"Retrying in {Math.Ceiling(pause.TotalSeconds):0} second");
            await Task.Delay(pause, time, cancellation);
        }
        progress?.Say("Verifying Checksum");
        target.Complete();
        progress?.Downloaded();
    }

    private async Task ReadAsync(string digest, BlobWriter target, LayerProgress? progress, CancellationToken cancellation)
    {
        using var response = await OpenAsync(digest, target, cancellation);
        var skip = Place(response, digest, target);
        using var patience = new CancellationTokenSource(Silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
            while (await body.ReadAsync(buffer, either.Token) is > 0 and var read)
            {
                patience.CancelAfter(Silence);
                // A registry that cannot begin in the middle sends again what is there; the digest covers it.
                var again = (int)Math.Min(skip, read);
                skip -= again;
                target.Append(buffer.AsSpan(again, read - again));
                progress?.Downloading(target.Length);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new BrokenOffException(e);
        }
        if (target.Length < target.Size)
            throw new BrokenOffException(null);
    }

    private async Task<HttpResponseMessage> OpenAsync(string digest, BlobWriter target, CancellationToken cancellation)
    {
        try
        {
            return await registry.OpenBlobAsync(digest, target.Length, cancellation);
        }
        catch (RegistryException e) when (e.InnerException is HttpRequestException)
        {
            throw new BrokenOffException(e);
        }
    }

    /// <summary>Holds what the registry says it sends against what is needed.</summary>
    /// <returns>Bytes to pass over.</returns>
    private long Place(HttpResponseMessage response, string digest, BlobWriter target)
    {
        var isPart = response.StatusCode == HttpStatusCode.PartialContent;
        if (isPart && response.Content.Headers.ContentRange?.From != target.Length)
            throw new RegistryException(FailureKind.Unavailable, $"registry {registry.Host} sent another part of blob {digest} than was asked for");
        var expected = isPart ? target.Size - target.Length : target.Size;
        if (response.Content.Headers.ContentLength is { } length && length != expected)
            throw new BlobException($"registry {registry.Host} sends blob {digest} with {length} bytes where its manifest says {expected}");
        return isPart ? 0 : target.Length;
    }

    private sealed class BrokenOffException(Exception? inner) : Exception(inner?.Message, inner);
}
