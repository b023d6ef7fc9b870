using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>
/// Sees a container's end coming, in process and without a query. Begin to watch first, then read the state, then wait:
/// nothing is missed.
/// </summary>
internal sealed class ContainerWatch : IDisposable
{
    private readonly TaskCompletionSource<int?> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RemovalEnd> _removal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable _subscription;
    private int? _exitCode;

    public ContainerWatch(IEventFeed feed, string containerId) => _subscription = feed.Subscribe(Streams.Container(containerId), On);

    /// <summary>
    /// The exit code of the next exit. A removal ends the wait too, and so does a restart that is called off;
    /// <see langword="null"/> where the exit was before.
    /// </summary>
    public Task<int?> Exit => _exit.Task;

    /// <summary>The end of the next removal.</summary>
    public Task<RemovalEnd> Removal => _removal.Task;

    public void Dispose() => _subscription.Dispose();

    private void On(object @event)
    {
        switch (@event)
        {
            case ContainerExited e:
                _exitCode = e.ExitCode;
                _exit.TrySetResult(e.ExitCode);
                break;
            case ContainerRestartCancelled:
                // The end was that of the last try; whoever waits for it has seen it, or knows it from the state.
                _exit.TrySetResult(_exitCode);
                break;
            case ContainerCommandFailed { Command: "StartContainer", ExitCode: { } code }:
                _exitCode = code;
                _exit.TrySetResult(code);
                break;
            case ContainerRemoved:
                _exit.TrySetResult(_exitCode);
                _removal.TrySetResult(new RemovalEnd(_exitCode, null));
                break;
            case ContainerCommandFailed { Command: "RemoveContainer" } e:
                _removal.TrySetResult(new RemovalEnd(_exitCode, e.Error));
                break;
        }
    }
}

/// <summary>How a removal ended.</summary>
/// <param name="ExitCode">Seen while watching; <see langword="null"/> where the container had exited before.</param>
/// <param name="Error">Why it failed; <see langword="null"/> when the container is gone.</param>
internal sealed record RemovalEnd(int? ExitCode, string? Error);
