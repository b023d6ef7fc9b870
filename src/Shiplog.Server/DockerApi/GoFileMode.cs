namespace Shiplog.Server.DockerApi;

/// <summary>A file's mode as Go's <c>os.FileMode</c> has it, which is not as Linux has it (inode(7)).</summary>
internal static class GoFileMode
{
    private const uint Directory = 1u << 31, Symlink = 1u << 27, Device = 1u << 26, NamedPipe = 1u << 25, Socket = 1u << 24,
        SetUid = 1u << 23, SetGid = 1u << 22, CharacterDevice = 1u << 21, Sticky = 1u << 20, Irregular = 1u << 19;

    public static uint Of(uint mode) => (mode & 0x1ff) | Kind(mode & 0xf000)
        | ((mode & 0x800) != 0 ? SetUid : 0) | ((mode & 0x400) != 0 ? SetGid : 0) | ((mode & 0x200) != 0 ? Sticky : 0);

    private static uint Kind(uint kind) => kind switch
    {
        0x8000 => 0,
        0x4000 => Directory,
        0xa000 => Symlink,
        0x6000 => Device,
        0x2000 => Device | CharacterDevice,
        0x1000 => NamedPipe,
        0xc000 => Socket,
        _ => Irregular,
    };
}
