using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>A worker that changes no kernel: orders bring about the facts that a real one would report, streams follow a script.</summary>
internal sealed class ScriptedWorker : IWorker, IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slw-");
    private readonly UnixDomainSocketEndPoint _address;
    private readonly ConcurrentDictionary<string, StartContainer> _running = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public ScriptedWorker()
    {
        _address = new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, "worker.sock"));
        _listener.Bind(_address);
        _listener.Listen();
        _accepting = AcceptAsync();
        Streams = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => new NetworkStream(await ConnectAsync(cancellation), ownsSocket: true),
        })
        { BaseAddress = new Uri("http://worker/") };
    }

    /// <summary>Where the facts go; set before the first order.</summary>
    public IFacts Facts { get; set; } = null!;

    /// <summary>Answers connections by what they ask for: the head of the request, and the socket behind it.</summary>
    public Func<string, Socket, Task> Script { get; set; } = (_, socket) => AnswerAsync(socket, "404 Not Found", "text/plain", "no script");

    /// <summary>Fails the orders that it has a failure for.</summary>
    public Func<Order, OrderFailure?> Fails { get; set; } = _ => null;

    /// <summary>Orders are not answered at all.</summary>
    public bool IsAway { get; set; }

    /// <summary>What was ordered, in its order.</summary>
    public ConcurrentQueue<Order> Orders { get; } = [];

    public HttpClient Streams { get; }

    public async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        if (IsAway)
            throw new WorkerAwayException("the worker does not answer", new IOException());
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(_address, cancellation);
        return socket;
    }

    public async Task<OrderOutcome> SendAsync(Order order, CancellationToken cancellation)
    {
        if (IsAway)
            throw new WorkerAwayException("the worker does not answer", new IOException());
        Orders.Enqueue(order);
        if (Fails(order) is { } failure)
        {
            await ReportAsync(order.CommandId, new OrderFailedReport(Subject(order), failure, DateTimeOffset.UtcNow));
            return new OrderOutcome(order.CommandId, failure);
        }
        await ReportAsync(order.CommandId, ReportsOf(order));
        return new OrderOutcome(order.CommandId);
    }

    /// <summary>What was ordered to run beside containers' own programs, by the execs' ids.</summary>
    public ConcurrentDictionary<string, ExecProcess> Programs { get; } = new();

    /// <summary>A program beside a container's own ends.</summary>
    public Task ExitAsync(string containerId, string execId, int exitCode) =>
        ReportAsync(null, new ExecExitedReport(containerId, execId, exitCode, DateTimeOffset.UtcNow));

    /// <summary>The program ends by itself.</summary>
    public Task ExitAsync(string containerId, int exitCode) => ReportAsync(null, ExitOf(containerId, exitCode));

    /// <summary>The program ends, and its restart policy has another try.</summary>
    public Task ExitAsync(string containerId, int exitCode, int attempt) => ReportAsync(
        null, new ContainerExitedReport(containerId, exitCode, false, "/log", DateTimeOffset.UtcNow),
        new RestartScheduledReport(
            containerId, attempt, $"exit code {exitCode}", TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow.AddSeconds(1), DateTimeOffset.UtcNow));

    /// <summary>A probe has found another health.</summary>
    public Task BecomeAsync(string containerId, string from, string to) => Facts.RecordAsync(
        Samples.Batch(null, "health", new HealthChangedReport(containerId, from, to, 0, "", DateTimeOffset.UtcNow)), CancellationToken.None);

    /// <summary>It does not come after all.</summary>
    public Task CancelRestartAsync(string containerId) => Facts.RecordAsync(
        Samples.Batch(null, "restart-policy", new RestartCancelledReport(containerId, "start failed", "no such program", DateTimeOffset.UtcNow)),
        CancellationToken.None);

    /// <summary>The try has come.</summary>
    public Task RestartAsync(string containerId, int attempt) => Facts.RecordAsync(
        Samples.Batch(null, "restart-policy", new ContainerRestartedReport(containerId, attempt, 4243, "crun", TimeSpan.Zero, DateTimeOffset.UtcNow)),
        CancellationToken.None);

    public static async Task AnswerAsync(Socket socket, string status, string type, string body)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
        socket.Shutdown(SocketShutdown.Send);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Streams.Dispose();
        await Task.WhenAll(_connections);
        _folder.Delete(recursive: true);
    }

    private Task ReportAsync(string? commandId, params Report[] reports) =>
        Facts.RecordAsync(Samples.Batch(commandId, commandId is null ? "process-exit" : null, reports), CancellationToken.None);

    private Report[] ReportsOf(Order order)
    {
        var at = DateTimeOffset.UtcNow;
        switch (order)
        {
            case StartContainer start:
                _running[start.ContainerId] = start;
                return Started(start, at);
            case StopContainer stop:
                return [.. ExitOf(stop.ContainerId, 143), new ContainerStoppedReport(stop.ContainerId, false, at)];
            case KillContainer kill:
                return [new ContainerSignalledReport(kill.ContainerId, kill.Signal, at), .. ExitOf(kill.ContainerId, 137)];
            case StartExec { Process: { } process } exec:
                Programs[exec.ExecId] = process;
                var started = new ExecStartedReport(exec.ContainerId, exec.ExecId, 77, TimeSpan.FromMilliseconds(1), at);
                // It ends at once, which comes with its start.
                return process.Args is ["false"] ? [started, new ExecExitedReport(exec.ContainerId, exec.ExecId, 1, at)] : [started];
            case PauseContainer pause:
                return [new ContainerPausedReport(pause.ContainerId, at)];
            case UnpauseContainer unpause:
                return [new ContainerUnpausedReport(unpause.ContainerId, at)];
            case UpdateContainer update:
                return [new ContainerUpdatedReport(update.ContainerId, at)];
            case RemoveContainer remove:
                return [new ContainerRemovedReport(remove.ContainerId, at, remove.Measure ? 1000 : null)];
            case CreateVolume volume:
                return [new VolumeCreatedReport(volume.Name, at)];
            case RemoveVolume volume:
                return [new VolumeRemovedReport(volume.Name, 1000, at)];
            case ConnectNetwork connect:
                _running[connect.ContainerId] = _running[connect.ContainerId] with { Further = [.. _running[connect.ContainerId].Further ?? [], connect.Place] };
                return [.. Joined(connect.ContainerId, connect.Place, at), new NetworkConnectedReport(connect.ContainerId, connect.Place.Bridge.NetworkId, at)];
            case DisconnectNetwork disconnect:
                return [.. LeftBy(disconnect, at), new NetworkDisconnectedReport(disconnect.ContainerId, disconnect.NetworkId, at)];
            case RemoveNetwork network:
                return [new NetworkRemovedReport(network.NetworkId, at)];
            case PullImage pull:
                return [new ImagePulledReport(pull.Reference, "registry", TestImages.Busybox, at, at)];
            case PushImage push:
                return [new ImagePushedReport(push.Reference, "registry", push.ImageId, "sha256:" + new string('d', 64), 1, 1, 7, at, at)];
            case RemoveImage image:
                return [new ImageRemovedReport(image.ImageId, ["sha256:" + new string('2', 64)], 1, at)];
            default:
                throw new NotSupportedException($"{order} has no script");
        }
    }

    private static Report[] Started(StartContainer start, DateTimeOffset at)
    {
        var (id, step) = (start.ContainerId, TimeSpan.FromMilliseconds(1));
        var reports = new List<Report> { new RootFsMountedReport(id, "overlay2", start.RootFs.Layers, "/upper", "/merged", step, at) };
        foreach (var place in PlacesOf(start))
            reports.AddRange(Joined(id, place, at));
        if (start.Ports is { } ports)
            reports.Add(new PortsPublishedReport(id, ports.Ports, step, at));
        if (VolumesOf(start) is { Length: > 0 } volumes)
            reports.Insert(1, new VolumesMountedReport(id, volumes, step, at));
        reports.Add(new ContainerStartedReport(id, 4242, "crun", step, at));
        return [.. reports];
    }

    private static IEnumerable<NetworkPlace> PlacesOf(StartContainer start) =>
        (start is { Bridge: { } bridge, Address: { } address } ? [new NetworkPlace(bridge, address)] : Array.Empty<NetworkPlace>()).Concat(start.Further ?? []);

    private static Report[] Joined(string id, NetworkPlace place, DateTimeOffset at) =>
    [
        new BridgeAttachedReport(
            id, place.Bridge.NetworkId, place.Bridge.Bridge, place.Bridge.HostInterface, place.Bridge.ContainerInterface, place.Bridge.MacAddress,
            "/netns/" + id, TimeSpan.FromMilliseconds(1), at),
        new IpAssignedReport(
            id, place.Address.NetworkId, place.Address.Address, place.Address.PrefixLength, place.Address.Gateway, TimeSpan.FromMilliseconds(1), at),
    ];

    private static Report[] Left(string id, NetworkPlace place, DateTimeOffset at) =>
    [
        new IpReleasedReport(id, place.Address.NetworkId, place.Address.Address, at),
        new BridgeDetachedReport(id, place.Bridge.NetworkId, place.Bridge.HostInterface, at),
    ];

    private Report[] LeftBy(DisconnectNetwork order, DateTimeOffset at)
    {
        var start = _running[order.ContainerId];
        var place = PlacesOf(start).Single(p => p.Bridge.NetworkId == order.NetworkId);
        NetworkPlace[] rest = [.. PlacesOf(start).Where(p => p != place)];
        _running[order.ContainerId] = start with { Bridge = rest.FirstOrDefault()?.Bridge, Address = rest.FirstOrDefault()?.Address, Further = [.. rest.Skip(1)] };
        return Left(order.ContainerId, place, at);
    }

    private static MountedVolume[] VolumesOf(StartContainer start) =>
        [.. (start.Mounts ?? []).Where(m => m.Volume is not null).Select(m => new MountedVolume(m.Volume!.Name, m.Destination, m.ReadOnly, false))];

    private Report[] ExitOf(string id, int exitCode)
    {
        if (!_running.TryRemove(id, out var start))
            return [];
        var at = DateTimeOffset.UtcNow;
        var reports = new List<Report> { new ContainerExitedReport(id, exitCode, false, "/log", at) };
        if (start.Ports is { } ports)
            reports.Add(new PortsUnpublishedReport(id, ports.Ports, false, at));
        foreach (var place in PlacesOf(start).Reverse())
            reports.AddRange(Left(id, place, at));
        if (VolumesOf(start) is { Length: > 0 } volumes)
            reports.Add(new VolumesUnmountedReport(id, volumes, at));
        reports.Add(new RootFsUnmountedReport(id, at));
        if (start.AutoRemove)
            reports.Add(new ContainerRemovedReport(id, at));
        return [.. reports];
    }

    private static string Subject(Order order) => order switch
    {
        StartContainer o => o.ContainerId,
        PullImage o => o.Reference,
        PushImage o => o.Reference,
        CreateVolume o => "volume/" + o.Name,
        RemoveVolume o => "volume/" + o.Name,
        RemoveContainer o => o.ContainerId,
        RemoveNetwork o => o.NetworkId,
        ConnectNetwork o => o.ContainerId,
        DisconnectNetwork o => o.ContainerId,
        _ => "",
    };

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _connections.Add(ServeAsync(await _listener.AcceptAsync()));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await socket.ReceiveAsync(one) == 0)
                    return;
                head.Append((char)one[0]);
            }
            await Script(head.ToString(), socket);
        }
    }
}
