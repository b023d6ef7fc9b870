using System.Security.Cryptography;
using System.Text;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Terminals, pipes and logs: every byte arrives, in order, on the right stream.</summary>
public sealed class KeepingStreamsWhole(RunningInstance engine)
{
    [Fact]
    public async Task Standard_input_ends_when_the_client_ends_it() =>
        (await RunAsync("one\ntwo\n", "wc", "-l")).Succeeded().Text.ShouldBe("2");

    [Fact]
    public async Task Output_after_the_end_of_input_is_not_lost() =>
        (await RunAsync("x", "sh", "-c", "cat >/dev/null; sleep 1; echo late")).Succeeded().Text.ShouldBe("late");

    [Fact]
    public async Task Output_and_error_stay_apart_and_the_exit_code_is_the_programs()
    {
        var ran = await engine.DockerAsync("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 4");
        (ran.ExitCode, ran.Output, ran.Error).ShouldBe((4, "out\n", "err\n"));
    }

    [Fact]
    public async Task Twenty_megabytes_come_back_as_they_went()
    {
        var sent = Convert.ToHexString(RandomNumberGenerator.GetBytes(10 << 20));
        Digest((await RunAsync(sent, "cat")).Succeeded().Output).ShouldBe(Digest(sent));
    }

    [Fact]
    public async Task The_output_of_programs_that_end_at_once_is_never_lost()
    {
        for (var i = 0; i < 20; i++)
            (await engine.DockerAsync("run", "--rm", "busybox", "echo", $"round {i}")).Succeeded().Text.ShouldBe($"round {i}");
    }

    [Fact]
    public async Task A_terminal_detaches_by_its_keys_and_the_container_runs_on()
    {
        await using (var terminal = engine.OpenTerminal("docker run -it --name windowed busybox sh"))
        {
            await terminal.ShowsAsync("/ #");
            await terminal.TypeAsync("\u0010\u0011");
            (await terminal.ExitAsync()).ShouldBe(0);
        }
        (await engine.DockerAsync("inspect", "-f", "{{.State.Running}}", "windowed")).Succeeded().Text.ShouldBe("true");
        (await engine.DockerAsync("rm", "-f", "windowed")).Succeeded();
    }

    [Fact]
    public async Task Logs_are_kept_and_followed_to_the_end()
    {
        (await engine.DockerAsync("run", "-d", "--name", "chatty", "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.3; done")).Succeeded();
        (await engine.DockerAsync("logs", "-f", "chatty")).Succeeded().Text.ShouldBe("line 1\nline 2\nline 3");
        (await engine.DockerAsync("logs", "--tail", "1", "chatty")).Succeeded().Text.ShouldBe("line 3");
        (await engine.DockerAsync("rm", "chatty")).Succeeded();
    }

    [Fact]
    public async Task An_image_saved_and_loaded_is_the_same_image()
    {
        (await engine.DockerAsync("create", "--name", "seed", "busybox", "true")).Succeeded();
        var image = (await engine.DockerAsync("commit", "seed", "saved:1")).Succeeded().Text;
        (await engine.DockerAsync("rm", "seed")).Succeeded();
        var archive = Path.Combine(RunningInstance.Folder, "saved.tar");
        (await engine.DockerAsync("save", "-o", archive, "saved:1")).Succeeded();
        (await engine.DockerAsync("rmi", "saved:1")).Succeeded();

        (await engine.DockerAsync("load", "-i", archive)).Succeeded().Text.ShouldContain("Loaded image: saved:1");
        (await engine.DockerAsync("inspect", "-f", "{{.Id}}", "saved:1")).Succeeded().Text.ShouldBe(image);
        (await engine.DockerAsync("run", "--rm", "saved:1", "echo", "still here")).Succeeded().Text.ShouldBe("still here");
        (await engine.DockerAsync("rmi", "saved:1")).Succeeded();
        File.Delete(archive);
    }

    private Task<Result> RunAsync(string input, params string[] command) =>
        Command.RunAsync("docker", ["run", "--rm", "-i", "busybox", .. command], engine.DockerEnvironment, input);

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
