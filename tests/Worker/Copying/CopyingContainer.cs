using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Tests.Harness;

namespace Shiplog.Worker.Tests.Copying;

/// <summary>A container as tests copy out of it and into it.</summary>
internal sealed class CopyingContainer(WorkerHost host, StartContainer order)
{
    private int _commands;

    public string Id => order.ContainerId;

    public StartContainer Order => order;

    public int Pid => host.Server.Reports.OfType<ContainerStartedReport>().Last(r => r.ContainerId == Id).Pid;

    /// <summary>Its root, for tests that play tricks in it.</summary>
    public string Root => $"/proc/{Pid}/root";

    public static async Task<CopyingContainer> RunAsync(WorkerHost host, string script, Func<StartContainer, StartContainer>? change = null)
    {
        var order = host.None(["sh", "-c", script]);
        order = change?.Invoke(order) ?? order;
        (await host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return new CopyingContainer(host, order);
    }

    /// <summary>One whose script has been run, and that is stopped.</summary>
    public static async Task<CopyingContainer> RanAsync(WorkerHost host, string script)
    {
        var container = await RunAsync(host, script);
        await host.Server.ReceivedAsync<RootFsUnmountedReport>(r => r.ContainerId == container.Id);
        return container;
    }

    /// <summary>One whose script has made the file <c>/ready</c> and goes on.</summary>
    public static async Task<CopyingContainer> RunningAsync(WorkerHost host, string script, Func<StartContainer, StartContainer>? change = null)
    {
        var container = await RunAsync(host, script + "; : > /ready; sleep 1000", change);
        await Eventually.Async(() => File.Exists(Path.Combine(container.Root, "ready")));
        return container;
    }

    public Task<(int Status, string[] Entries, string Text)> GetAsync(string path) => ReadAsync(WorkerStreams.Archive(Id) + $"?path={Uri.EscapeDataString(path)}&image=none");

    public Task<(int Status, string[] Entries, string Text)> ExportAsync() => ReadAsync(WorkerStreams.Export(Id) + "?image=none");

    public async Task<PathStat?> StatAsync(string path)
    {
        using var http = host.Server.Http();
        using var answer = await http.GetAsync(WorkerStreams.Archive(Id) + $"?path={Uri.EscapeDataString(path)}&image=none&statOnly=1");
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<PathStat>(Convert.FromBase64String(answer.Headers.GetValues(WorkerStreams.PathStatHeader).Single()))
            : null;
    }

    public async Task<(int Status, string Text)> PutAsync(string path, byte[] tar, string query = "devices=1")
    {
        using var http = host.Server.Http();
        using var content = new ByteArrayContent(tar);
        using var answer = await http.PutAsync(
            WorkerStreams.Archive(Id) + $"?commandId=put-{Id}-{++_commands}&path={Uri.EscapeDataString(path)}&image=none&{query}", content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<string[]> ChangesAsync()
    {
        using var http = host.Server.Http();
        var changes = JsonSerializer.Deserialize<FileChange[]>(await http.GetStringAsync(WorkerStreams.Changes(Id) + "?image=none"))!;
        return [.. changes.Select(c => $"{"CAD"[c.Kind]} {c.Path}")];
    }

    /// <summary>Members of an archive: <c>name content</c>, <c>name -> target</c>.</summary>
    public static string[] Members(byte[] archive)
    {
        var members = new List<string>();
        var tar = new TarReader(new MemoryStream(archive), TarLimits.Default);
        while (tar.Next() is { } entry)
        {
            var content = new MemoryStream();
            for (var piece = tar.ReadContent(); !piece.IsEmpty; piece = tar.ReadContent())
                content.Write(piece);
            var name = Encoding.UTF8.GetString(entry.Name);
            members.Add(entry.Kind switch
            {
                TarKind.File => $"{name} {Encoding.UTF8.GetString(content.ToArray())}",
                TarKind.Symlink => $"{name} -> {Encoding.UTF8.GetString(entry.LinkName)}",
                TarKind.HardLink => $"{name} = {Encoding.UTF8.GetString(entry.LinkName)}",
                TarKind.Directory => name,
                _ => $"{name} {entry.Kind}",
            });
        }
        return [.. members];
    }

    private async Task<(int Status, string[] Entries, string Text)> ReadAsync(string path)
    {
        using var http = host.Server.Http();
        using var answer = await http.GetAsync(path);
        var body = await answer.Content.ReadAsByteArrayAsync();
        return answer.IsSuccessStatusCode ? ((int)answer.StatusCode, Members(body), "") : ((int)answer.StatusCode, [], Encoding.UTF8.GetString(body));
    }
}
