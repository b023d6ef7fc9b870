using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Contracts;

/// <summary>
/// One installation of Shiplog: where it keeps things and what its kernel objects are called. All of it derives from
/// <c>SHIPLOG_HOME</c> and the file <c>shiplog.json</c> in it, so that several instances can run side by side, each in a
/// network namespace of its own.
/// </summary>
public sealed record Instance
{
    /// <summary>The folder of an instance that nobody moved.</summary>
    public const string DefaultHome = "/var/lib/shiplog";

    private Instance(string home, Settings settings)
    {
        Home = home;
        Settings = settings;
    }

    /// <summary>Everything that outlives a reboot.</summary>
    public string Home { get; }

    /// <summary>The configuration file's content.</summary>
    public Settings Settings { get; }

    private bool IsDefault => Home == DefaultHome;

    private string Mark => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Home)))[..8];

    /// <summary>Names kernel objects: <c>shiplog</c>, or <c>shiplog-1a2b3c4d</c> for another home.</summary>
    public string Name => IsDefault ? "shiplog" : "shiplog-" + Mark;

    /// <summary>Sockets, process ids, namespaces: what a reboot may take.</summary>
    public string RunFolder => IsDefault ? "/run/shiplog" : Path.Combine(Home, "run");

    /// <summary>Where the docker CLI connects. A link into the server's own folder: the server may not write beside it.</summary>
    public string DockerSocket => Path.Combine(RunFolder, "docker.sock");

    /// <summary>The server's folder for its sockets, its own to write.</summary>
    public string ServerRunFolder => Path.Combine(RunFolder, "server");

    /// <summary>Where the server listens for the worker's reports; only root connects.</summary>
    public string ReportsSocket => Path.Combine(ServerRunFolder, "reports.sock");

    /// <summary>Where the worker listens for orders; root and the server's group connect.</summary>
    public string WorkerSocket => Path.Combine(RunFolder, "worker", "worker.sock");

    /// <summary>The worker's data: content store, layers, containers, spool. Root's alone.</summary>
    public string WorkerFolder => Path.Combine(Home, "worker");

    /// <summary>Where PostgreSQL's socket is.</summary>
    public string PostgresSocketFolder => Path.Combine(RunFolder, "postgresql");

    /// <summary>The default network's bridge interface.</summary>
    public string Bridge => Settings.Bridge ?? (IsDefault ? "shiplog0" : "sl-" + Mark);

    /// <summary>The one nftables table that is ours.</summary>
    public string NftTable => Name.Replace('-', '_');

    /// <summary>Parent of the containers' cgroups.</summary>
    public string CgroupParent => "/" + Name;

    /// <summary>Reads the instance of <c>SHIPLOG_HOME</c>, or of <see cref="DefaultHome"/> where that is not set.</summary>
    /// <exception cref="InvalidDataException">The file is not valid; the message names the key or the place.</exception>
    public static Instance Load() => Load(Environment.GetEnvironmentVariable("SHIPLOG_HOME") is { Length: > 0 } home ? home : DefaultHome);

    /// <summary>Reads the instance of this home; a missing configuration file means defaults.</summary>
    /// <exception cref="InvalidDataException">The file is not valid; the message names the key or the place.</exception>
    public static Instance Load(string home)
    {
        home = Path.TrimEndingDirectorySeparator(Path.GetFullPath(home));
        var file = Path.Combine(home, "shiplog.json");
        if (!File.Exists(file))
            return new Instance(home, new Settings());
        try
        {
            return new Instance(home, Checked(file, JsonSerializer.Deserialize(File.ReadAllBytes(file), SettingsJson.Default.Settings) ?? new Settings()));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static Settings Checked(string file, Settings settings) => settings switch
    {
        // The server holds one whole while it looks at its seal.
        { RecordingBytes: < 4096 or > 256 << 20 } => throw new InvalidDataException($"{file}: \"recording-bytes\" must be from 4096 to 268435456"),
        { KeptRecordingDays: < 0 or > 36500 } => throw new InvalidDataException($"{file}: \"kept-recording-days\" must be from 0 to 36500"),
        // The parser takes numbers, too, and several names at a time.
        { RecordSessions: not (RecordMode.Off or RecordMode.Output or RecordMode.All) } =>
            throw new InvalidDataException($"{file}: \"record-sessions\" must be \"off\", \"output\" or \"all\""),
        { StorageDriver: { } driver } when !Settings.StorageDrivers.Contains(driver) =>
            throw new InvalidDataException($"{file}: \"storage-driver\" must be one of {string.Join(", ", Settings.StorageDrivers)}"),
        _ when settings.StorageOptions.FirstOrDefault(o => !o.StartsWith(Settings.ThinPoolOption, StringComparison.Ordinal)) is { } option =>
            throw new InvalidDataException($"{file}: \"storage-opts\" knows \"{Settings.ThinPoolOption}/dev/mapper/…\" only, not \"{option}\""),
        _ => settings,
    };
}

/// <summary>
/// The content of <c>shiplog.json</c>. Keys that dockerd's <c>daemon.json</c> has too are spelled and mean the same. A key
/// that is not known is an error.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Settings
{
    /// <summary>Tried in this order before Docker Hub: <c>["https://mirror.example"]</c>.</summary>
    [JsonPropertyName("registry-mirrors")] public string[] RegistryMirrors { get; set; } = [];

    /// <summary>Registries spoken to over plain HTTP or unverified TLS: <c>host[:port]</c> or CIDR. 127.0.0.0/8 always is.</summary>
    [JsonPropertyName("insecure-registries")] public string[] InsecureRegistries { get; set; } = [];

    /// <summary>Name of the default network's bridge interface.</summary>
    [JsonPropertyName("bridge")] public string? Bridge { get; set; }

    /// <summary>The default bridge's address and subnet: <c>172.17.0.1/16</c>; where not set, the first free of 172.17..172.31.</summary>
    [JsonPropertyName("bip")] public string? Bip { get; set; }

    /// <summary>
    /// Where networks get their subnets from that nobody has chosen: <c>[{"base": "10.10.0.0/16", "size": 24}]</c>; where not
    /// set, 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in pieces of /20.
    /// </summary>
    [JsonPropertyName("default-address-pools")] public AddressPoolSetting[] AddressPools { get; set; } = [];

    /// <summary>MTU of bridges, bytes.</summary>
    [JsonPropertyName("mtu")] public int Mtu { get; set; } = 1500;

    /// <summary>DNS servers for containers; where not set, the host's.</summary>
    [JsonPropertyName("dns")] public string[] Dns { get; set; } = [];

    /// <summary><c>crun</c> or <c>runc</c>.</summary>
    [JsonPropertyName("default-runtime")] public string Runtime { get; set; } = "crun";

    /// <summary>The seccomp profile; where not set, the one Debian's golang-github-containers-common ships.</summary>
    [JsonPropertyName("seccomp-profile")] public string SeccompProfile { get; set; } = "/usr/share/containers/seccomp.json";

    /// <summary>Layers fetched at a time.</summary>
    [JsonPropertyName("max-concurrent-downloads")] public int MaxConcurrentDownloads { get; set; } = 3;

    /// <summary>Layers sent at a time.</summary>
    [JsonPropertyName("max-concurrent-uploads")] public int MaxConcurrentUploads { get; set; } = 5;

    /// <summary>Seconds that a stop waits before SIGKILL where nobody says otherwise.</summary>
    [JsonPropertyName("shutdown-timeout")] public int StopTimeout { get; set; } = 10;

    /// <summary>Where dashboard and REST listen; loopback only.</summary>
    [JsonPropertyName("http")] public string Http { get; set; } = "127.0.0.1:8080";

    /// <summary>Where the demonstration registry of <c>infra/up</c> listens.</summary>
    [JsonPropertyName("registry")] public string Registry { get; set; } = "127.0.0.1:5000";

    /// <summary>How root file systems are made of layers, one of <see cref="StorageDrivers"/>; where not set, the first that the host can.</summary>
    [JsonPropertyName("storage-driver")] public string? StorageDriver { get; set; }

    /// <summary>Options of storage drivers: <c>["dm.thinpooldev=/dev/mapper/pool"]</c>.</summary>
    [JsonPropertyName("storage-opts")] public string[] StorageOptions { get; set; } = [];

    /// <summary>The storage drivers there are.</summary>
    [JsonIgnore] public static IReadOnlyList<string> StorageDrivers { get; } = ["overlay2", "fuse-overlayfs", "vfs", "erofs", "btrfs", "devicemapper", "aufs"];

    internal const string ThinPoolOption = "dm.thinpooldev=";

    /// <summary>The device mapper's pool, of <see cref="StorageOptions"/>.</summary>
    [JsonIgnore] public string? ThinPool => StorageOptions.LastOrDefault()?[ThinPoolOption.Length..];

    /// <summary>Days for which the last lines of removed containers' logs can still be read; 0 keeps none.</summary>
    [JsonPropertyName("kept-log-days")] public int KeptLogDays { get; set; } = 30;

    /// <summary>How much of each removed container's log is kept, in bytes: whole lines, the last ones.</summary>
    [JsonPropertyName("kept-log-bytes")] public long KeptLogBytes { get; set; } = 256 * 1024;

    /// <summary>What is recorded of sessions (attach, exec) where no label of the container's asks for more: <c>off</c>, <c>output</c>, <c>all</c>.</summary>
    [JsonPropertyName("record-sessions")] public RecordMode RecordSessions { get; set; }

    /// <summary>How large a recording may become, in bytes; what is longer is cut.</summary>
    [JsonPropertyName("recording-bytes")] public long RecordingBytes { get; set; } = 16 << 20;

    /// <summary>Days for which recordings can be played; 0 keeps them for ever.</summary>
    [JsonPropertyName("kept-recording-days")] public int KeptRecordingDays { get; set; } = 90;

    /// <summary>The Unix user that the server runs as.</summary>
    [JsonPropertyName("user")] public string User { get; set; } = "shiplog";
}

/// <summary>An item of <c>default-address-pools</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AddressPoolSetting
{
    /// <summary>CIDR.</summary>
    [JsonPropertyName("base"), JsonRequired] public string Base { get; set; } = "";

    /// <summary>Prefix length of each subnet of it.</summary>
    [JsonPropertyName("size"), JsonRequired] public int Size { get; set; }
}

[JsonSourceGenerationOptions(ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(Settings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
