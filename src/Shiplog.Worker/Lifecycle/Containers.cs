using System.Collections.Concurrent;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Lifecycle;

/// <summary>A stop that waits for the container's end.</summary>
internal sealed class PendingStop(string commandId)
{
    public string CommandId => commandId;

    /// <summary>It took SIGKILL.</summary>
    public bool Killed { get; set; }

    /// <summary>What stopping brought about before the end.</summary>
    public List<Report> Before { get; } = [];
}

/// <summary>A container that runs: the journal and the hold on its process.</summary>
internal sealed class Run(ContainerPaths paths, ContainerRecord record, PidHandle process) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _recorded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ContainerPaths Paths => paths;

    public ContainerRecord Record { get; set; } = record;

    /// <summary>As the runtime was given it.</summary>
    public string Cgroup => paths.Cgroup(Record.Order.CgroupParent);

    public PidHandle Process => process;

    /// <summary>The stop, if any, whose outcome the report of the end will carry.</summary>
    public PendingStop? Stop { get; set; }

    /// <summary>Ends when the end is on disk and everything is undone.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends when the server has recorded the end.</summary>
    public Task Recorded => _recorded.Task;

    /// <summary>The restart policy does not hold any more; noted before the program is told.</summary>
    public void EndRestarts()
    {
        if ((Record.Order.Restart is null && Record.Order.Health is not { Restart: true }) || Record.RestartOff)
            return;
        Record = Record with { RestartOff = true };
        Record.Save(paths.State, durable: false);
    }

    /// <summary>It does not remove itself at this end; noted before the program is told, so that it holds over a restart of the worker.</summary>
    public void Keep()
    {
        if (!Record.Order.AutoRemove)
            return;
        Record = Record with { Order = Record.Order with { AutoRemove = false } };
        Record.Save(paths.State, durable: false);
    }

    public void End(Task recorded)
    {
        _ended.TrySetResult();
        _ = RecordAsync(recorded);
    }

    private async Task RecordAsync(Task recorded)
    {
        await recorded;
        _recorded.TrySetResult();
    }

    public void Dispose() => process.Dispose();
}

/// <summary>The containers that run now. Whoever changes one holds its subject's turn.</summary>
internal sealed class Containers(Instance instance)
{
    private readonly ConcurrentDictionary<string, Run> _running = new();
    private readonly ConcurrentDictionary<string, bool> _guests = new();

    public bool IsRunning(string id) => _running.ContainsKey(id);

    /// <summary>All that run.</summary>
    public IEnumerable<Run> Running => _running.Values;

    public Run? Find(string id) => _running.GetValueOrDefault(id);

    public void Add(Run run)
    {
        if (!_running.TryAdd(run.Paths.Id, run))
            throw new InvalidOperationException($"container {run.Paths.Id} is running already");
    }

    /// <param name="recorded">Ends when the server has recorded the end.</param>
    public void Remove(Run run, Task recorded)
    {
        _running.TryRemove(run.Paths.Id, out _);
        run.End(recorded);
        run.Dispose();
    }

    /// <summary>Some containers are, or are about to be, in another one's network: it may outlive its owner.</summary>
    public bool HasGuests => !_guests.IsEmpty;

    public void AddGuest(string id) => _guests[id] = true;

    public void RemoveGuest(string id) => _guests.TryRemove(id, out _);

    /// <summary>Ends with the container's present run; has ended where there is none.</summary>
    public Task EndOfRun(string id) => Find(id)?.Ended ?? Task.CompletedTask;

    /// <summary>As <see cref="EndOfRun"/>, but when the server has recorded it.</summary>
    public Task RecordOfEnd(string id) => Find(id)?.Recorded ?? Task.CompletedTask;

    public ContainerPaths Paths(string id) => new(instance, id);
}
