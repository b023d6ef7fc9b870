namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>A folder with a Dockerfile and what it copies; gone with the test.</summary>
internal sealed class BuildFolder : IDisposable
{
    public BuildFolder(string dockerfile, params (string Name, string Content)[] files)
    {
        Write("Dockerfile", dockerfile);
        foreach (var (name, content) in files)
            Write(name, content);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("shiplog-build-").FullName;

    public void Write(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
