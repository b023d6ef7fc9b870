namespace Shiplog.Worker.Linux;

/// <summary>errno(3), the values that somebody here asks for.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int EPIPE = 32;
    public const int ENXIO = 6;
    public const int ELOOP = 40;
    public const int ENOBUFS = 105;
}
