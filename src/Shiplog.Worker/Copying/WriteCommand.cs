using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Copying;

/// <summary>What is to be written where.</summary>
/// <param name="User">Whom it is to belong to, as the container's own files name users; empty for whom the archive says.</param>
internal sealed record WriteRequest(string CommandId, string ContainerId, string ImageId, string Path, bool KeepKinds, string User, bool Devices);

/// <summary>
/// Carries out a copy into a container, which comes as a stream and not as an order: its facts end the command all the same,
/// and the client is told only when the server has recorded them.
/// </summary>
internal sealed class WriteCommand(
    ContainerRoots roots, FileWriters writers, FactDelivery facts, SubjectGates gates, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<WriteCommand> logger)
{
    /// <summary>The step's name in failures.</summary>
    public const string Step = "WriteContainerFiles";

    /// <param name="breakOff">Makes reading the source fail.</param>
    /// <returns>Why it failed; <see langword="null"/> where it did not.</returns>
    public async Task<OrderFailure?> RunAsync(WriteRequest request, Stream source, Action breakOff, CancellationToken cancellation)
    {
        if (facts.Remembered(request.CommandId) is { } earlier)
            return (await earlier).Failure;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var progress = new Progress();
        try
        {
            using (var writing = await writers.BeginAsync(
                request.ContainerId, () => roots.Open(request.ContainerId, request.ImageId, RootView.Writable), breakOff, either.Token))
            {
                await Blocking.RunAsync(() => Unpack(writing.Root, request, source, progress, either.Token));
            }
            await RecordAsync(request, new ContainerFilesWrittenReport(
                request.ContainerId, request.Path, progress.Entries, progress.Bytes, time.GetUtcNow()), null);
            return null;
        }
        catch (Exception e) when (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var failure = Explain(request, e, progress, cancellation.IsCancellationRequested);
            await RecordAsync(request, new OrderFailedReport(request.ContainerId, failure, time.GetUtcNow()), failure);
            return failure;
        }
    }

    private static void Unpack(
        SafeFileHandle root, WriteRequest request, Stream source, Progress progress, CancellationToken cancellation)
    {
        var path = ContainerPath.Parse(request.Path);
        using var walk = new RootWalk(root);
        walk.Go(path.Bytes);
        if (walk.Directory is not { } directory)
            throw new OrderException(walk.IsAtFile
                ? new OrderFailure(Step, FailureKind.Invalid, "extraction point is not a directory")
                : new OrderFailure(Step, FailureKind.NotFound, $"no such directory: {path}"));
        if (FileCalls.IsKernels(directory))
            throw new OrderException(new OrderFailure(Step, FailureKind.Invalid, $"{path} belongs to the kernel (proc, sys, cgroup): nothing can be copied there"));
        var owner = request.User.Length == 0 ? null : ((uint, uint)?)OwnerOf(ContainerUser.Resolve(request.User, root));
        using var archive = Decompression.Open(source);
        using var unpacker = new ArchiveUnpacker(walk, new UnpackRules(request.KeepKinds, owner, request.Devices));
        try
        {
            unpacker.Unpack(new TarReader(archive, TarLimits.Default), cancellation);
        }
        finally
        {
            (progress.Entries, progress.Bytes) = (unpacker.Entries, unpacker.UnpackedSize);
        }
    }

    private static (uint, uint) OwnerOf(ContainerUser user) => (user.Uid, user.Gid);

    // The container's turn, so that facts about it are in the order in which they came about.
    private async Task RecordAsync(WriteRequest request, Report report, OrderFailure? failure)
    {
        Task delivered;
        using (await gates.EnterAsync(request.ContainerId, CancellationToken.None))
            delivered = facts.Report(request.ContainerId, request.CommandId, null, [report], new OrderOutcome(request.CommandId, failure));
        await delivered;
    }

    private OrderFailure Explain(WriteRequest request, Exception e, Progress progress, bool isGone)
    {
        var failure = e switch
        {
            _ when isGone => new OrderFailure(Step, FailureKind.Interrupted, "the archive broke off: the client went away, or the container was removed"),
            OrderException refused => refused.Failure with { Step = Step },
            TarException or FormatException or InvalidDataException or ZstdSharp.ZstdException => new OrderFailure(Step, FailureKind.Invalid, e.Message),
            LinuxException { Errno: FileCalls.EROFS } => new OrderFailure(Step, FailureKind.Invalid, e.Message),
            LinuxException => new OrderFailure(Step, FailureKind.Internal, e.Message),
            IOException or BadHttpRequestException => new OrderFailure(Step, FailureKind.Interrupted, $"the archive broke off: {e.Message}"),
            _ => new OrderFailure(Step, FailureKind.Internal, e.Message),
        };
        if (progress.Entries > 0)
            failure = failure with { Error = string.Create(CultureInfo.InvariantCulture, $"{failure.Error} ({progress.Entries} members of the archive had been copied)") };
        if (failure.Kind == FailureKind.Internal)
            logger.WriteBroke(e, request.ContainerId, request.CommandId);
        else
            logger.WriteRefused(request.ContainerId, request.CommandId, failure.Error);
        return failure;
    }

    private sealed class Progress
    {
        public int Entries { get; set; }

        public long Bytes { get; set; }
    }
}
