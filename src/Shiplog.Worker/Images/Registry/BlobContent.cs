using System.Net;

namespace Shiplog.Worker.Images.Registry;

/// <summary>A blob on its way out, of known length, that tells how much of it has gone.</summary>
/// <param name="sent">Told of each piece, with all that went before.</param>
internal sealed class BlobContent(Stream blob, Action<long> sent) : HttpContent
{
    private const int PieceSize = 256 * 1024;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var piece = GC.AllocateUninitializedArray<byte>(PieceSize);
        for (var count = 0L; await blob.ReadAsync(piece, cancellationToken) is > 0 and var read;)
        {
            await stream.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            sent(count += read);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = blob.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            blob.Dispose();
        base.Dispose(disposing);
    }
}
