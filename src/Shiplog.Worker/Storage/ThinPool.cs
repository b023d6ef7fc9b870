namespace Shiplog.Worker.Storage;

/// <summary>A program to run.</summary>
internal readonly record struct Command(string Program, params string[] Arguments);

/// <summary>
/// What is done with a thin pool of the device mapper (Documentation/admin-guide/device-mapper/thin-provisioning.rst), as commands of
/// dmsetup(8). A thin device is known in its pool by a number of 24 bits, and on the host by a name.
/// </summary>
/// <param name="Device">The pool: <c>/dev/mapper/shiplog-pool</c>.</param>
/// <param name="Sectors">How large each device says it is, in sectors of 512 bytes; the pool gives what is written to.</param>
internal sealed record ThinPool(string Device, long Sectors)
{
    /// <summary>An empty device with a file system.</summary>
    public Command[] Create(string name, int number) =>
        [new("dmsetup", "message", Device, "0", $"create_thin {number}"), Activate(name, number), new("mkfs.ext4", "-q", "-E", "nodiscard,lazy_itable_init=0", PathOf(name))];

    /// <summary>A device that has what another has. That one is held still meanwhile, as the pool demands of one that is active.</summary>
    public Command[] Snapshot(string origin, int originNumber, string name, int number) =>
    [
        new("dmsetup", "suspend", origin),
        new("dmsetup", "message", Device, "0", $"create_snap {number} {originNumber}"),
        new("dmsetup", "resume", origin),
        Activate(name, number),
    ];

    /// <summary>Makes the host know a device of the pool; after a boot it knows none.</summary>
    public Command Activate(string name, int number) => new("dmsetup", "create", name, "--table", $"0 {Sectors} thin {Device} {number}");

    public Command[] Delete(string name, int number) => [new("dmsetup", "remove", "--retry", name), new("dmsetup", "message", Device, "0", $"delete {number}")];

    public static string PathOf(string name) => "/dev/mapper/" + name;
}
