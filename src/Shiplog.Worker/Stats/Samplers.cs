using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Stats;

/// <summary>Reads containers' figures every second: each container's once, however many want them, and only while somebody does.</summary>
/// <param name="read">By the container's id; <see langword="null"/> where it does not run.</param>
internal sealed class Samplers(Func<string, ContainerFigures?> read, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Sampler> _samplers = [];

    /// <summary>The figures as they are now.</summary>
    public ContainerFigures? Once(string containerId) => read(containerId);

    /// <summary>The last figures at once, and further ones as they are read; who is slow misses some.</summary>
    public async IAsyncEnumerable<ContainerFigures?> FollowAsync(string containerId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<ContainerFigures?>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var sampler = Join(containerId, channel.Writer);
        try
        {
            await foreach (var figures in channel.Reader.ReadAllAsync(cancellation))
                yield return figures;
        }
        finally
        {
            lock (_gate)
                sampler.Clients.Remove(channel.Writer);
        }
    }

    /// <summary>Somebody wants this container's figures, or did so a second ago.</summary>
    internal bool IsSampling(string containerId)
    {
        lock (_gate)
            return _samplers.ContainsKey(containerId);
    }

    private Sampler Join(string containerId, ChannelWriter<ContainerFigures?> client)
    {
        lock (_gate)
        {
            if (_samplers.TryGetValue(containerId, out var sampler))
            {
                client.TryWrite(sampler.Last);
                sampler.Clients.Add(client);
                return sampler;
            }

            _samplers[containerId] = sampler = new Sampler { Last = read(containerId) };
            client.TryWrite(sampler.Last);
            sampler.Clients.Add(client);
            _ = SampleAsync(containerId, sampler);
            return sampler;
        }
    }

    private async Task SampleAsync(string containerId, Sampler sampler)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync() && IsWanted(containerId, sampler))
        {
            try
            {
                Tell(sampler, read(containerId));
            }
            catch (Exception e)
            {
                End(containerId, sampler, e);
                return;
            }
        }
    }

    private bool IsWanted(string containerId, Sampler sampler)
    {
        lock (_gate)
        {
            if (sampler.Clients.Count > 0)
                return true;
            _samplers.Remove(containerId);
            return false;
        }
    }

    private void Tell(Sampler sampler, ContainerFigures? figures)
    {
        lock (_gate)
        {
            sampler.Last = figures;
            foreach (var client in sampler.Clients)
                client.TryWrite(figures);
        }
    }

    // Those who wait are told why; whoever comes next begins anew.
    private void End(string containerId, Sampler sampler, Exception reason)
    {
        lock (_gate)
        {
            _samplers.Remove(containerId);
            foreach (var client in sampler.Clients)
                client.TryComplete(reason);
        }
    }

    private sealed class Sampler
    {
        public List<ChannelWriter<ContainerFigures?>> Clients { get; } = [];

        public ContainerFigures? Last { get; set; }
    }
}
