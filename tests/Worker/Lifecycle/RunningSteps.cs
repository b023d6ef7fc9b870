using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Storage;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class RunningSteps
{
    private readonly List<string> _log = [];
    private readonly StepRunner _runner = new(TimeProvider.System);
    private readonly ContainerPaths _paths = new(Instance.Load("/nonexistent"), "container");

    [Fact]
    public async Task Does_them_in_order_and_skips_what_does_not_apply()
    {
        var reports = await DoAsync(new Step("A", _log), new Step("B", _log) { Applies = false }, new Step("C", _log));
        _log.ShouldBe(["do A", "do C"]);
        reports.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Undoes_in_reverse_past_errors_and_reports_all_of_it()
    {
        var refused = await Should.ThrowAsync<OrderException>(() => DoAsync(
            new Step("A", _log), new Step("B", _log) { UndoError = "stuck" }, new Step("C", _log) { DoError = "broken" }, new Step("D", _log)));
        _log.ShouldBe(["do A", "do B", "do C", "undo C", "undo B", "undo A"]);
        refused.Failure.ShouldBe(new OrderFailure("C", FailureKind.Internal, "broken", 128));
        refused.Reports.Select(r => r is StepFailedReport f ? $"{f.Phase} {f.Step}: {f.Error}" : r.GetType().Name).ShouldBe([
            "RootFsMountedReport", "RootFsMountedReport", "do C: broken", "undo B: stuck", "RootFsUnmountedReport"]);
    }

    [Fact]
    public void A_path_is_never_led_out_of_its_folder()
    {
        foreach (var id in (string[])["", "..", "a/b", ".x", "a\0"])
            Should.Throw<OrderException>(() => new ContainerPaths(Instance.Load("/nonexistent"), id));
        foreach (var layer in (string[])["sha256:../x", "sha256:" + new string('G', 64), "md5:" + new string('a', 64), ""])
            Should.Throw<OrderException>(() => ContainerPaths.Layer(Instance.Load("/nonexistent"), layer));
    }

    [Fact]
    public void The_uppermost_layer_comes_first_in_the_mounts_options() =>
        Mounts.OverlayOptions(new RootLayers([], ["/l/1", "/l/2"], "/init").Lower, "/u", "/w", isVolatile: true)
            .ShouldBe("lowerdir=/l/2:/l/1:/init,upperdir=/u,workdir=/w,volatile");

    private async Task<List<Report>> DoAsync(params IStep[] steps)
    {
        using var start = new StartContext(_paths, SomeOrder.Start) { Record = ContainerRecord.For(SomeOrder.Start) };
        return await _runner.DoAsync(steps, start, CancellationToken.None);
    }

    private sealed class Step(string name, List<string> log) : IStep
    {
        public string Name => name;

        public bool Applies { get; init; } = true;

        public string? DoError { get; init; }

        public string? UndoError { get; init; }

        public bool AppliesTo(StartContainer order) => Applies;

        public Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
        {
            log.Add("do " + name);
            return DoError is null
                ? Task.FromResult<Report?>(new RootFsMountedReport("c", "overlay2", [], "", "", TimeSpan.Zero, DateTimeOffset.UnixEpoch))
                : throw new IOException(DoError);
        }

        public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
        {
            log.Add("undo " + name);
            return UndoError is null
                ? Task.FromResult<Report?>(new RootFsUnmountedReport("c", DateTimeOffset.UnixEpoch))
                : throw new IOException(UndoError);
        }
    }
}
