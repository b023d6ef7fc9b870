using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    public const int NR_SCMP_ERROR = -1;
    public const uint SCMP_ACT_ALLOW = 0x7fff0000;
    public const uint SCMP_ACT_LOG = 0x7ffc0000;
    public const uint SCMP_ACT_ERRNO = 0x00050000;
    public const uint SCMP_ACT_TRACE = 0x7ff00000;
    public const uint SCMP_ACT_TRAP = 0x00030000;
    public const uint SCMP_ACT_KILL = 0x00000000;
    public const uint SCMP_ACT_KILL_PROCESS = 0x80000000;

    // struct scmp_arg_cmp (seccomp_rule_add(3))
    public struct ScmpArgCmp
    {
        public uint Arg;
        public int Op;
        public ulong DatumA;
        public ulong DatumB;
    }

    /// <summary>A filter being built.</summary>
    public sealed class SeccompContext() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            SeccompRelease(handle);
            return true;
        }
    }

    // seccomp_init(3)
    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_init")]
    public static partial SeccompContext SeccompInit(uint defaultAction);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_release")]
    private static partial void SeccompRelease(nint context);

    // seccomp_arch_add(3)
    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_arch_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint SeccompArchResolveName(string name);

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_arch_add")]
    public static partial int SeccompArchAdd(SeccompContext context, uint arch);

    // seccomp_syscall_resolve_name(3)
    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SeccompSyscallResolveName(string name);

    // seccomp_rule_add(3)
    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_rule_add_array")]
    public static partial int SeccompRuleAddArray(
        SeccompContext context, uint action, int syscall, uint count, ReadOnlySpan<ScmpArgCmp> arguments);

    // seccomp_export_bpf(3)
    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_export_bpf")]
    public static partial int SeccompExportBpf(SeccompContext context, SafeFileHandle file);
}
