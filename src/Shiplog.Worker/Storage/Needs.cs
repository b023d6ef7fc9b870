using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Storage;

/// <summary>What drivers need of a host.</summary>
internal static class Needs
{
    /// <returns>What is missing; <see langword="null"/> where nothing is.</returns>
    public static string? Join(params string?[] missing) => missing.OfType<string>().ToArray() is { Length: > 0 } there ? string.Join(", and ", there) : null;

    public static string? Program(string name, string package) => Programs.TryFind(name) is null ? $"the program {name} (package {package})" : null;

    /// <summary>A file system that the kernel has, or has as a module that mount(2) loads (proc_filesystems(5)).</summary>
    public static string? FileSystem(string name)
    {
        if (File.ReadLines("/proc/filesystems").Any(line => line.Split('\t')[^1] == name))
            return null;
        var modules = $"/lib/modules/{File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}/modules.dep";
        return File.Exists(modules) && File.ReadLines(modules).Any(line => line.Split(':')[0].Contains($"/{name}.ko", StringComparison.Ordinal))
            ? null
            : $"{name} in the kernel";
    }
}
