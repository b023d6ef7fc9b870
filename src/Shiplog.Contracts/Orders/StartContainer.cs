namespace Shiplog.Contracts.Orders;

/// <summary>
/// Bring a container up: mount its root, attach its network, assign its address, publish its ports, run its program, in this order, each step
/// undone in reverse when a later one fails.
/// </summary>
/// <param name="Bridge"><see langword="null"/> for the networks <c>none</c> and <c>host</c>, and for another container's.</param>
/// <param name="Address"><see langword="null"/> where there is no bridge.</param>
/// <param name="AutoRemove">
/// Remove the container when it exits. The worker does it itself, so that it holds while the server is away.
/// </param>
public sealed record StartContainer(
    string CommandId, string ContainerId, string ContainerName, MountRootFs RootFs, NetworkMode Network, AttachBridge? Bridge,
    AssignIp? Address, ContainerProcess Process, bool AutoRemove) : Order(CommandId)
{
    // Journals of containers that were started before there was a member have none: each is optional, on a line of its own.

    /// <summary><see langword="null"/> for none.</summary>
    public ResourceLimits? Limits { get; init; }

    /// <summary><see langword="null"/> for Docker's defaults.</summary>
    public ContainerConfinement? Confinement { get; init; }

    /// <summary><see langword="null"/> for its own throughout.</summary>
    public ContainerNamespaces? Namespaces { get; init; }

    /// <summary>Kernel parameters of its namespaces.</summary>
    public Dictionary<string, string>? Sysctls { get; init; }

    /// <summary>Bytes that /dev/shm may hold; <see langword="null"/> for 64 MiB.</summary>
    public long? ShmSize { get; init; }

    /// <summary>When to run the program again after its end; <see langword="null"/> for never.</summary>
    public RestartPolicy? Restart { get; init; }

    /// <summary>How its health is found out; <see langword="null"/> for not at all.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>How its log is divided; <see langword="null"/> for one file without end.</summary>
    public LogRotation? LogRotation { get; init; }

    /// <summary>Beside the root and the kernel's own, outer ones before those inside them; <see langword="null"/> for none.</summary>
    public ContainerMount[]? Mounts { get; init; }

    /// <summary>Ports of the host's at which it is reached; <see langword="null"/> for none.</summary>
    public PublishPorts? Ports { get; init; }

    /// <summary>Its places in networks besides that of <see cref="Bridge"/>; <see langword="null"/> for none.</summary>
    public NetworkPlace[]? Further { get; init; }

    /// <summary>The running container whose network it is in; <see langword="null"/> but for <see cref="NetworkMode.Shared"/>.</summary>
    public string? NetworkOf { get; init; }

    /// <summary>The control group that its own is made in; <see langword="null"/> for the instance's.</summary>
    public string? CgroupParent { get; init; }
}

/// <summary>Which network namespace a container gets.</summary>
public enum NetworkMode
{
    /// <summary>Its own, with a loopback interface only.</summary>
    None = 0,

    /// <summary>Its own, with an interface on a bridge.</summary>
    Bridge,

    /// <summary>The worker's.</summary>
    Host,

    /// <summary>Another container's.</summary>
    Shared,
}

/// <summary>What runs in the container, fully resolved but for the user, whose name the image's own files explain.</summary>
/// <param name="Args">Program and arguments; never empty.</param>
/// <param name="Env"><c>NAME=value</c>, the image's and the container's merged.</param>
/// <param name="User"><c>name|uid[:group|gid]</c>, empty for root.</param>
/// <param name="Tty">Give it a pseudo-terminal.</param>
/// <param name="OpenStdin">Keep its standard input open, also with nobody attached.</param>
/// <param name="StdinOnce">Close its standard input after the first attached client has gone.</param>
/// <param name="ExtraHosts"><c>host:address</c>, lines for <c>/etc/hosts</c>.</param>
/// <param name="StopSignal">A name or a number; <see langword="null"/> for SIGTERM.</param>
/// <param name="LogDriver"><c>json-file</c>, <c>local</c>, <c>journald</c> or <c>none</c>.</param>
public sealed record ContainerProcess(
    string[] Args, string[] Env, string WorkingDirectory, string User, bool Tty, bool OpenStdin, bool StdinOnce,
    string Hostname, string Domainname, string[] ExtraHosts, string[] Dns, string[] DnsSearch, string[] DnsOptions,
    string[] CapAdd, string[] CapDrop, string? StopSignal, string LogDriver, int ConsoleWidth, int ConsoleHeight)
{
    // Optional, as in StartContainer.

    /// <summary>Names or numbers of groups that the user is in besides his own.</summary>
    public string[]? GroupAdd { get; init; }

    /// <summary><see langword="null"/> for the worker's own.</summary>
    public ProcessLimit[]? Limits { get; init; }

    /// <summary>What its badness is raised by when memory is short; <see langword="null"/> for the worker's own.</summary>
    public int? OomScoreAdj { get; init; }

    /// <summary>An init of the host's is the first process, which forwards signals and reaps.</summary>
    public bool Init { get; init; }

    /// <summary>Under which names the host's journal has its output as well; <see langword="null"/> where it has not.</summary>
    public ContainerJournal? Journal { get; init; }
}

/// <summary>Fields of a container's messages in systemd's journal, beside <c>CONTAINER_ID</c> and <c>CONTAINER_ID_FULL</c>.</summary>
/// <param name="Name"><c>CONTAINER_NAME</c>.</param>
/// <param name="Tag"><c>CONTAINER_TAG</c>.</param>
public sealed record ContainerJournal(string Name, string Tag);

/// <summary>The program runs. Outcome of <see cref="StartContainer"/>.</summary>
/// <param name="Pid">Process id in the worker's pid namespace.</param>
/// <param name="Runtime"><c>crun</c> or <c>runc</c>.</param>
public sealed record ContainerStartedReport(string ContainerId, int Pid, string Runtime, TimeSpan Duration, DateTimeOffset At)
    : Report(At);
