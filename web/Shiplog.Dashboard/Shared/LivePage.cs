using Microsoft.AspNetCore.Components;
using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Shared;

/// <summary>
/// A page that loads, stays true by the live log, and says in words what keeps it from it. What it showed last stays on the
/// screen meanwhile.
/// </summary>
public abstract class LivePage : ComponentBase, IAsyncDisposable
{
    // A burst of events (a start brings five) becomes one refresh.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _life = new();
    private LiveSubscription? _subscription;
    private Task _following = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;
    private bool _handedOver;

    [Inject] private LiveEvents Live { get; set; } = default!;
    [Inject] private Handover Handover { get; set; } = default!;
    [Inject] private TimeProvider Clock { get; set; } = default!;
    [Inject] internal NavigationManager Navigation { get; set; } = default!;

    /// <summary>What is wrong, and nothing where all is well.</summary>
    internal RestException? Problem { get; private set; }

    /// <summary>Something has been shown.</summary>
    protected bool Loaded { get; private set; }

    /// <summary>The present time.</summary>
    protected DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Ends with the page.</summary>
    protected CancellationToken Life => _life.Token;

    /// <summary>Reads all that the page shows.</summary>
    protected abstract Task LoadAsync(CancellationToken cancellation);

    /// <summary>
    /// Takes in what happened; reads again only what that touches. What was read last may know of it already: the page
    /// listens before it reads.
    /// </summary>
    protected abstract Task ApplyAsync(IReadOnlyList<EventView> events, CancellationToken cancellation);

    /// <summary>What the page shows, as one value.</summary>
    protected abstract object? State { get; set; }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive)
            return;
        _subscription = Live.Subscribe();
        if (Handover.TryGet(Address, out var state))
        {
            State = state;
            Loaded = _handedOver = true;
        }
        _following = FollowAsync(_subscription);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        // The first answer's content is on the screen; the live log's first word brings what changed since.
        if (_handedOver)
        {
            _handedOver = false;
            _subscription?.Write(null);
            return;
        }
        await ReloadAsync();
        if (!RendererInfo.IsInteractive && State is { } state)
            Handover.Put(Address, state);
    }

    /// <summary>Loads, and shows a fault in words.</summary>
    protected Task ReloadAsync() => GuardedAsync(LoadAsync);

    // One read at a time, in the order in which they were asked for: of two at once, the one that saw less could end last.
    private Task GuardedAsync(Func<CancellationToken, Task> read) => _reading = GuardedAfterAsync(_reading, read);

    private async Task GuardedAfterAsync(Task earlier, Func<CancellationToken, Task> read)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await read(Life);
            Problem = null;
            Loaded = true;
        }
        catch (RestException e)
        {
            Problem = e;
        }
        catch (OperationCanceledException) when (Life.IsCancellationRequested)
        {
        }
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _life.CancelAsync();
        _subscription?.Dispose();
        await _following;
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _life.Dispose();
    }

    /// <summary>Tells apart two parts of one page.</summary>
    protected virtual string StateName => "";

    private string Address => new Uri(Navigation.Uri).PathAndQuery + " " + StateName;

    private async Task FollowAsync(LiveSubscription subscription)
    {
        while (!Life.IsCancellationRequested)
        {
            try
            {
                var woken = await WaitAsync(subscription);
                if (Life.IsCancellationRequested)
                    return;
                if (woken)
                    await Task.Delay(Gather, Clock, Life);
                var events = subscription.Take();
                if (events is null || Problem is not null)
                    await ReloadAsync();
                else
                    await GuardedAsync(c => ApplyAsync(events, c));
                StateHasChanged();
            }
            catch (OperationCanceledException) when (Life.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is, a page that no longer follows must say so; the error boundary does.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // A page that has gone has nobody to say it to.
                if (!Life.IsCancellationRequested)
                    await DispatchExceptionAsync(e);
                return;
            }
        }
    }

    // An event wakes the page; while something is wrong, so does time.
    private async Task<bool> WaitAsync(LiveSubscription subscription)
    {
        if (Problem is null)
            return await subscription.WaitAsync(Life);
        using var retry = CancellationTokenSource.CreateLinkedTokenSource(Life);
        using var timer = Clock.CreateTimer(_ => Cancel(retry), null, RetryAfter, Timeout.InfiniteTimeSpan);
        try
        {
            return await subscription.WaitAsync(retry.Token);
        }
        catch (OperationCanceledException) when (!Life.IsCancellationRequested)
        {
            return false;
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The event came in the same instant as the retry.
        }
    }
}
