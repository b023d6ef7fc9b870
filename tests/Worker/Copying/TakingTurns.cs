using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Tests.Copying;

/// <summary>Who copies into a container, and who starts or removes it, wait for one another and never both.</summary>
public sealed class TakingTurns
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SubjectGates _gates = new();
    private readonly FileWriters _writers;

    public TakingTurns() => _writers = new FileWriters(_gates);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_does_not_wait_for_a_copy_that_waits_for_it()
    {
        Task<FileWriters.Writing> copy;
        using (await _gates.EnterAsync("c", Cancellation))
        {
            copy = BeginAsync();
            await _writers.WaitAsync("c").WaitAsync(Patience, Cancellation);
            copy.IsCompleted.ShouldBeFalse();
        }
        (await copy.WaitAsync(Patience, Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_start_waits_for_a_copy_that_has_begun()
    {
        var copy = await BeginAsync();
        using var turn = await _gates.EnterAsync("c", Cancellation);
        var start = _writers.WaitAsync("c");
        start.IsCompleted.ShouldBeFalse();
        copy.Dispose();
        await start.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task A_removal_breaks_off_who_copies_and_who_waits_to()
    {
        using var stopped = new CancellationTokenSource();
        FileWriters.Writing? first = null;
        first = await _writers.BeginAsync("c", Root, () => first!.Dispose(), Cancellation);
        var second = _writers.BeginAsync("c", Root, stopped.Cancel, stopped.Token);
        using (await _gates.EnterAsync("c", Cancellation))
        {
            await _writers.StopAsync("c").WaitAsync(Patience, Cancellation);
            await Should.ThrowAsync<OperationCanceledException>(second);
        }
        // Nothing is left of them: the next one has the container for itself.
        (await BeginAsync().WaitAsync(Patience, Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_root_that_cannot_be_opened_leaves_no_turn_taken()
    {
        await Should.ThrowAsync<IOException>(() => _writers.BeginAsync("c", () => throw new IOException("no layer"), () => { }, Cancellation));
        (await BeginAsync().WaitAsync(Patience, Cancellation)).Dispose();
        using var turn = await _gates.EnterAsync("c", Cancellation).WaitAsync(Patience, Cancellation);
    }

    private static SafeFileHandle Root() => File.OpenHandle("/dev/null");

    private Task<FileWriters.Writing> BeginAsync() => _writers.BeginAsync("c", Root, () => { }, Cancellation);
}
