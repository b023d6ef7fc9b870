using System.Text.Json;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Sessions of the docker CLI on a terminal: recorded, played, and not played when somebody has changed them.</summary>
public sealed class RecordingSessions(RunningInstance engine)
{
    [Fact]
    public async Task A_session_is_played_as_it_was_also_when_its_container_is_gone_and_refused_when_it_was_changed()
    {
        engine.Plug();
        await using (var terminal = engine.OpenTerminal("stty rows 31 cols 97; docker run -it --rm --name taped --label shiplog.record=all busybox sh"))
        {
            await terminal.ShowsAsync("/ #");
            await terminal.TypeAsync("stty -echo; read word; stty echo; echo heard $((6 * 7)) é");
            await terminal.TypeAsync("unseen");
            await terminal.ShowsAsync("heard 42 é");
            await terminal.TypeAsync("exit 3");
            (await terminal.ExitAsync()).ShouldBe(3);
        }

        var (id, file) = await SealedAsync("taped");
        (await Command.RunAsync("stat", ["-c", "%a %U", file], engine.DockerEnvironment)).Succeeded().Text.ShouldBe("600 root");
        (await engine.DockerAsync("shiplog", "recordings", "taped")).Succeeded().Output.ShouldContain("output, input");
        (await engine.DockerAsync("shiplog", "recordings")).Succeeded().Output.ShouldContain(id);
        await using (var player = engine.OpenTerminal($"docker shiplog play {id} --speed 50 --idle-limit 0.1"))
        {
            await player.ShowsAsync("heard 42 é");
            (await player.ExitAsync()).ShouldBe(0);
            player.Screen.ShouldNotContain("unseen");
        }

        var cast = (await engine.DockerAsync("shiplog", "play", "--raw", id)).Succeeded().Output;
        cast.ShouldBe(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var lines = cast.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        (lines[0].GetProperty("width").GetInt32(), lines[0].GetProperty("height").GetInt32(), lines[0].GetProperty("title").GetString()).ShouldBe((97, 31, "sh"));
        string.Concat(lines.Skip(1).Where(l => l[1].GetString() == "i").Select(l => l[2].GetString())).ShouldContain("unseen");
        var events = await engine.EventsOfAsync("taped");
        events.Single(e => e.Type == "container_attached").Data.GetProperty("recording").GetProperty("mode").GetString().ShouldBe("all");
        events.Count(e => e is { Type: "session_recording_read", Actor: "unix:root" }).ShouldBe(2);

        await File.WriteAllTextAsync(file, cast.Replace("heard 42", "heard 43"), TestContext.Current.CancellationToken);
        var refused = await engine.DockerAsync("shiplog", "play", id);
        (refused.ExitCode, refused.Output).ShouldBe((1, ""));
        refused.Error.ShouldContain($"recording {id} is not what was sealed");
        File.Delete(file);
        (await engine.DockerAsync("shiplog", "play", id)).Error.ShouldContain("its file is gone");
    }

    [Fact]
    public async Task An_exec_is_recorded_without_its_input_where_only_output_was_asked_for()
    {
        engine.Plug();
        (await engine.DockerAsync("run", "-d", "--name", "exec-taped", "--label", "shiplog.record=output", "busybox", "sleep", "1000")).Succeeded();
        await using (var terminal = engine.OpenTerminal("docker exec -it exec-taped sh"))
        {
            await terminal.ShowsAsync("/ #");
            await terminal.TypeAsync("echo $((6 * 7))");
            await terminal.ShowsAsync("42");
            await terminal.TypeAsync("exit");
            await terminal.ExitAsync();
        }

        var (id, file) = await SealedAsync("exec-taped");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        text.ShouldContain("42");
        text.TrimEnd('\n').Split('\n').Skip(1).Select(l => JsonDocument.Parse(l).RootElement[1].GetString()).ShouldNotContain("i");
        (await engine.DockerAsync("shiplog", "play", "--speed", "1000", id)).Succeeded().Output.ShouldContain("42");
        (await engine.DockerAsync("rm", "-f", "exec-taped")).Succeeded();
    }

    [Fact]
    public async Task Nothing_is_recorded_of_a_container_that_nobody_wants_recorded()
    {
        engine.Plug();
        (await engine.DockerAsync("run", "--rm", "--name", "untaped", "busybox", "echo", "hello")).Succeeded();
        (await engine.EventsOfAsync("untaped")).Any(e => e.Type == "session_recorded" || e.Data.TryGetProperty("recording", out _)).ShouldBeFalse();
        (await engine.DockerAsync("shiplog", "recordings", "untaped")).Succeeded().Output.Trim().Split('\n').Length.ShouldBe(1);
    }

    /// <summary>The container's one recording, when it is sealed, and its file.</summary>
    private async Task<(string Id, string File)> SealedAsync(string name)
    {
        await Eventually.IsTrueAsync(async () => (await engine.EventsOfAsync(name)).Any(e => e.Type == "session_recorded"));
        var data = (await engine.EventsOfAsync(name)).Single(e => e.Type == "session_recorded").Data;
        var id = data.GetProperty("recordingId").GetString()!;
        return (id, Path.Combine(engine.Instance.WorkerFolder, "recordings", $"{data.GetProperty("containerId").GetString()}.{id}.cast"));
    }
}
