namespace Shiplog.Worker.Linux;

/// <summary>The programs that the worker starts: where they are, and running one that has nothing to tell but whether it succeeded.</summary>
internal static class Programs
{
    // Not the PATH of whoever started the worker: these run as root.
    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static string Find(string name) => TryFind(name)
        ?? throw new FileNotFoundException($"the program {name} is not installed: install the package that has it");

    /// <returns><see langword="null"/> where it is not installed.</returns>
    public static string? TryFind(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end, and holds up the thread until then.</summary>
    /// <param name="folder">Its working directory.</param>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    /// <exception cref="IOException">It failed; the message has what it said.</exception>
    public static void Run(string name, IReadOnlyList<string> arguments, string folder = "/")
    {
        var result = Child.RunAsync(Find(name), arguments, CancellationToken.None, folder).GetAwaiter().GetResult();
        if (result.ExitCode != 0)
            throw new IOException($"{name} {string.Join(' ', arguments)} failed with code {result.ExitCode}: {result.Output.Trim()}");
    }
}
