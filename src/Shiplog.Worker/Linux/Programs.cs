namespace Shiplog.Worker.Linux;

/// <summary>Where the programs that the worker starts are.</summary>
internal static class Programs
{
    // Not the PATH of whoever started the worker: these run as root.
    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static string Find(string name) => TryFind(name)
        ?? throw new FileNotFoundException($"the program {name} is not installed: install the package that has it");

    /// <returns><see langword="null"/> where it is not installed.</returns>
    public static string? TryFind(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
