using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;

namespace Shiplog.Worker.Images.Archives;

/// <summary>
/// Carries out a load or an import, which comes as a stream and not as an order: its facts end the command all the same, and the client is
/// told only when the server has recorded them.
/// </summary>
internal sealed class LoadCommand(ImageLoader loader, ImageImporter importer, FactDelivery facts, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LoadCommand> logger)
{
    private const string Step = "LoadImages";

    /// <param name="platform"><c>os/arch[/variant]</c>; <see langword="null"/> for none in particular.</param>
    public Task LoadAsync(string commandId, string? platform, Stream source, IProgressSink progress, CancellationToken cancellation) => RunAsync(
        commandId, gone => loader.LoadAsync(source, platform is null ? null : Platform.Parse(platform), progress, gone), image => Words(image).Select(JsonMessage.Stream), progress, cancellation);

    public Task ImportAsync(ArchiveImport order, Stream source, IProgressSink progress, CancellationToken cancellation) => RunAsync(
        order.CommandId, async gone => [await importer.ImportAsync(order, source, gone)], image => [JsonMessage.Status(image.Image.ImageId)], progress, cancellation);

    private async Task RunAsync(
        string commandId, Func<CancellationToken, Task<ImageLoadedReport[]>> take, Func<ImageLoadedReport, IEnumerable<byte[]>> words, IProgressSink progress,
        CancellationToken cancellation)
    {
        if (facts.Remembered(commandId) is { } earlier)
        {
            Tell(progress, (await earlier).Failure);
            return;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        try
        {
            var images = await take(either.Token);
            await RecordAsync(commandId, images, null);
            foreach (var line in images.SelectMany(words))
                progress.Write(line);
        }
        catch (Exception e) when (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var failure = Explain(commandId, e, cancellation.IsCancellationRequested);
            await RecordAsync(commandId, [new OrderFailedReport("load/" + commandId, failure, time.GetUtcNow())], failure);
            Tell(progress, failure);
        }
    }

    private Task RecordAsync(string commandId, Report[] reports, OrderFailure? failure) =>
        facts.Report("load/" + commandId, commandId, null, reports, new OrderOutcome(commandId, failure));

    private OrderFailure Explain(string commandId, Exception e, bool isGone)
    {
        var failure = isGone ? new OrderFailure(Step, FailureKind.Interrupted, "the archive broke off: the client went away") : ImageFailures.Explain(Step, e);
        // What a registry would be blamed for is here the archive's fault.
        failure = failure.Kind == FailureKind.Unavailable ? failure with { Kind = FailureKind.Invalid } : failure;
        if (failure.Kind == FailureKind.Internal)
            logger.LoadBroke(e, commandId);
        else
            logger.LoadRefused(commandId, failure.Error);
        return failure;
    }

    private static void Tell(IProgressSink progress, OrderFailure? failure)
    {
        if (failure is not null)
            progress.Write(JsonMessage.Error(failure.Error));
    }

    private static IEnumerable<string> Words(ImageLoadedReport image) => image.References.Length > 0
        ? image.References.Select(r => $"Loaded image: {ImageName.TryParse(r)!.Familiar}\n")
        : [$"Loaded image ID: {image.Image.ImageId}\n"];
}
