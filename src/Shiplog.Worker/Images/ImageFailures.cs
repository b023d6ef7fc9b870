using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>What goes wrong with images, in the terms of an order's failure; in one place.</summary>
internal static class ImageFailures
{
    private const int ENOSPC = 28;

    public static OrderFailure Explain(string step, Exception e) => e switch
    {
        OrderException refused => refused.Failure,
        RegistryException registry => new OrderFailure(step, registry.Kind, registry.Message),
        BlobException => new OrderFailure(step, FailureKind.Unavailable, e.Message),
        InvalidImageException => new OrderFailure(step, FailureKind.Invalid, e.Message),
        TarException => new OrderFailure(step, FailureKind.Invalid, step == "PullImage" ? $"failed to register layer: {e.Message}" : e.Message),
        // .NET's decompressors' way to say that the bytes are none of theirs.
        InvalidDataException or ZstdSharp.ZstdException => new OrderFailure(step, FailureKind.Invalid, $"failed to decompress: {e.Message}"),
        IOException when IsDiskFull(e) => new OrderFailure(
            step, FailureKind.Internal, "no space left on the disk of the image store; remove images or containers that are not needed"),
        OperationCanceledException => new OrderFailure(step, FailureKind.Interrupted, "cancelled: the client went away"),
        _ => new OrderFailure(step, FailureKind.Internal, e.Message),
    };

    private static bool IsDiskFull(Exception e) =>
        e is Linux.LinuxException { Errno: ENOSPC } || e.HResult == ENOSPC || e.Message.Contains("No space left", StringComparison.Ordinal);
}
