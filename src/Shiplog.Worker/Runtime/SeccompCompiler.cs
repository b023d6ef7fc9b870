using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>
/// Compiles the profile once for each set of capabilities: crun would do it for every container, which is more than half
/// of its time. Kept on disk under the digest of everything that the result depends on.
/// </summary>
internal sealed class SeccompCompiler(Instance instance)
{
    private const string ArchPrefix = "SCMP_ARCH_";

    private readonly ConcurrentDictionary<string, (OciSeccomp Rules, Lazy<string> Bpf)> _compiled = new();
    private readonly Lazy<byte[]> _profile = new(() => File.ReadAllBytes(instance.Settings.SeccompProfile));

    /// <summary>The rules for a container with these capabilities, for a runtime that compiles them itself.</summary>
    /// <param name="profile">A profile's text; <see langword="null"/> for the instance's own.</param>
    public OciSeccomp Rules(string[] capabilities, string? profile = null) => For(capabilities, profile).Rules;

    /// <summary>The same rules compiled, in base64.</summary>
    /// <param name="profile">A profile's text; <see langword="null"/> for the instance's own.</param>
    /// <exception cref="InvalidDataException">The profile says something that libseccomp does not know.</exception>
    public string Bpf(string[] capabilities, string? profile = null) => For(capabilities, profile).Bpf.Value;

    private (OciSeccomp Rules, Lazy<string> Bpf) For(string[] capabilities, string? profile)
    {
        if (profile is null)
            return For(capabilities);
        // Not remembered: who knows how many there are. The compiled filter is, on disk.
        var rules = SeccompProfile.Parse(Encoding.UTF8.GetBytes(profile), "the seccomp profile").For(capabilities, RuntimeInformation.ProcessArchitecture);
        return (rules, new Lazy<string>(() => Cached(rules)));
    }

    private (OciSeccomp Rules, Lazy<string> Bpf) For(string[] capabilities) =>
        _compiled.GetOrAdd(string.Join(',', capabilities), _ =>
        {
            var rules = SeccompProfile.Parse(_profile.Value, instance.Settings.SeccompProfile)
                .For(capabilities, RuntimeInformation.ProcessArchitecture);
            return (rules, new Lazy<string>(() => Cached(rules)));
        });

    private string Cached(OciSeccomp rules)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(rules, OciJson.Default.OciSeccomp);
        var folder = Path.Combine(instance.WorkerFolder, "seccomp");
        // Another libseccomp may compile differently; its real file name carries its version.
        var library = Encoding.UTF8.GetBytes(LibraryVersion());
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData([.. library, 0, .. json])));
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            Files.Replace(path, Compile(rules), durable: true);
        }

        return Convert.ToBase64String(File.ReadAllBytes(path));
    }

    private static string LibraryVersion()
    {
        using var maps = new StreamReader("/proc/self/maps");
        _ = Interop.SeccompSyscallResolveName("read");
        while (maps.ReadLine() is { } line)
        {
            if (line.Contains("libseccomp.so", StringComparison.Ordinal))
                return line[line.IndexOf('/', StringComparison.Ordinal)..];
        }

        throw new InvalidOperationException("libseccomp is not loaded: install the package libseccomp2");
    }

    internal static byte[] Compile(OciSeccomp rules)
    {
        using var context = Interop.SeccompInit(Action(rules.DefaultAction, rules.DefaultErrnoRet));
        if (context.IsInvalid)
            throw new InvalidDataException($"the seccomp profile's default action {rules.DefaultAction} is not accepted");
        foreach (var arch in rules.Architectures)
        {
            var token = arch.StartsWith(ArchPrefix, StringComparison.Ordinal) ? Interop.SeccompArchResolveName(arch[ArchPrefix.Length..].ToLowerInvariant()) : 0;
            if (token == 0)
                throw new InvalidDataException($"the seccomp profile's architecture {arch} is not known");
            Check(Interop.SeccompArchAdd(context, token), arch, alsoFine: Errno.EEXIST);
        }

        foreach (var rule in rules.Syscalls)
            Add(context, rule, Action(rule.Action, rule.ErrnoRet), Action(rules.DefaultAction, rules.DefaultErrnoRet));
        return Export(context);
    }

    private static void Add(Interop.SeccompContext context, OciSyscall rule, uint action, uint defaultAction)
    {
        // libseccomp refuses a rule that says what the default says.
        if (action == defaultAction)
            return;
        var comparisons = (rule.Args ?? []).Select(a => new Interop.ScmpArgCmp
        {
            Arg = a.Index,
            Op = Operator(a.Op),
            DatumA = a.Value,
            DatumB = a.ValueTwo,
        }).ToArray();
        // Several conditions on one argument cannot be one rule: each becomes a rule of its own, as in crun and runc.
        var separate = comparisons.GroupBy(c => c.Arg).Any(g => g.Count() > 1);
        foreach (var name in rule.Names)
        {
            var number = Interop.SeccompSyscallResolveName(name);
            // A call that this kernel interface has not got needs no rule.
            if (number == Interop.NR_SCMP_ERROR)
                continue;
            if (!separate)
            {
                Check(Interop.SeccompRuleAddArray(context, action, number, (uint)comparisons.Length, comparisons), name);
                continue;
            }

            foreach (var comparison in comparisons)
                Check(Interop.SeccompRuleAddArray(context, action, number, 1, [comparison]), name);
        }
    }

    private static byte[] Export(Interop.SeccompContext context)
    {
        var (ours, theirs) = Child.SocketPair();
        using (ours)
        {
            // The filter is larger than a socket's buffer may be: read while it is being written.
            var reading = Task.Run(() =>
            {
                var bytes = new MemoryStream();
                var buffer = new byte[16 << 10];
                int read;
                while ((read = ours.Receive(buffer)) > 0)
                    bytes.Write(buffer, 0, read);
                return bytes.ToArray();
            });
            using (theirs)
            {
                using var file = new SafeFileHandle(theirs.DangerousGetHandle(), ownsHandle: false);
                Check(Interop.SeccompExportBpf(context, file), "the filter");
            }

            return reading.GetAwaiter().GetResult();
        }
    }

    private static uint Action(string name, uint? errno) => name switch
    {
        "SCMP_ACT_ALLOW" => Interop.SCMP_ACT_ALLOW,
        "SCMP_ACT_LOG" => Interop.SCMP_ACT_LOG,
        "SCMP_ACT_ERRNO" => Interop.SCMP_ACT_ERRNO | (errno ?? Errno.EPERM),
        "SCMP_ACT_TRAP" => Interop.SCMP_ACT_TRAP,
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => Interop.SCMP_ACT_KILL,
        "SCMP_ACT_TRACE" => Interop.SCMP_ACT_TRACE | (errno ?? Errno.EPERM),
        "SCMP_ACT_KILL_PROCESS" => Interop.SCMP_ACT_KILL_PROCESS,
        _ => throw new InvalidDataException($"the seccomp profile's action {name} is not supported"),
    };

    private static int Operator(string name) => name switch
    {
        "SCMP_CMP_NE" => 1,
        "SCMP_CMP_LT" => 2,
        "SCMP_CMP_LE" => 3,
        "SCMP_CMP_EQ" => 4,
        "SCMP_CMP_GE" => 5,
        "SCMP_CMP_GT" => 6,
        "SCMP_CMP_MASKED_EQ" => 7,
        _ => throw new InvalidDataException($"the seccomp profile's operator {name} is not supported"),
    };

    private static void Check(int result, string subject, int alsoFine = 0)
    {
        // libseccomp returns negative error numbers.
        if (result < 0 && -result != alsoFine)
            throw new LinuxException(-result, "libseccomp", subject);
    }
}
