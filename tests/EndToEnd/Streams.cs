using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Xunit;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Terminals, pipes and logs: every byte arrives, in order, on the right stream.</summary>
public sealed class Streams(Engine engine)
{
    [Fact]
    public async Task Standard_input_is_closed_when_the_client_closes_it() =>
        (await engine.DockerAsync(Encoding.UTF8.GetBytes("one\ntwo\n"), "run", "--rm", "-i", "busybox", "wc", "-l")).Expected().ShouldBe("2");

    [Fact]
    public async Task Output_and_error_stay_apart()
    {
        var ran = await engine.DockerAsync("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 4");
        ran.ExitCode.ShouldBe(4);
        ran.Output.ShouldBe("out\n");
        ran.Error.ShouldBe("err\n");
    }

    [Fact]
    public async Task Twenty_megabytes_come_back_as_they_went()
    {
        var sent = Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(10 << 20)));
        var back = (await engine.DockerAsync(sent, "run", "--rm", "-i", "busybox", "cat")).Expected();
        SHA256.HashData(Encoding.ASCII.GetBytes(back)).ShouldBe(SHA256.HashData(sent));
    }

    [Fact]
    public async Task Output_after_the_end_of_input_is_not_lost() =>
        (await engine.DockerAsync(Encoding.UTF8.GetBytes("x"), "run", "--rm", "-i", "busybox", "sh", "-c", "cat >/dev/null; sleep 1; echo late")).Expected().ShouldBe("late");

    [Fact]
    public async Task The_terminal_has_the_size_of_the_window_and_detaches_by_its_keys()
    {
        using (var terminal = engine.DockerOnTerminal("run -it --name windowed busybox sh"))
        {
            await terminal.SeeAsync("/ #");
            await terminal.TypeAsync("stty size; echo done-$((1+1))");
            await terminal.SeeAsync("done-2");
            await terminal.TypeAsync("\u0010\u0011");
            (await terminal.ExitCodeAsync()).ShouldBe(0);
        }
        (await engine.InspectAsync("windowed", "{{.State.Running}}")).ShouldBe("true");
        (await engine.DockerAsync("rm", "-f", "windowed")).Expected();
    }

    [Fact]
    public async Task Logs_are_kept_and_followed()
    {
        (await engine.DockerAsync("run", "-d", "--name", "chatty", "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.3; done")).Expected();
        (await engine.DockerAsync("logs", "-f", "chatty")).Expected().ShouldBe("line 1\nline 2\nline 3");
        (await engine.DockerAsync("logs", "--tail", "1", "chatty")).Expected().ShouldBe("line 3");
        (await engine.DockerAsync("rm", "chatty")).Expected();
    }

    [Fact]
    public async Task An_image_saved_and_loaded_is_the_same_image()
    {
        var id = (await engine.DockerAsync("create", "--name", "seed", "busybox", "true")).Expected();
        id.Length.ShouldBe(64);
        var image = (await engine.DockerAsync("commit", "seed", "saved:1")).Expected();
        var archive = Path.Combine(engine.Home, "saved.tar");
        (await engine.DockerAsync("save", "-o", archive, "saved:1")).Expected();
        (await engine.DockerAsync("rm", "seed")).Expected();
        (await engine.DockerAsync("rmi", "saved:1")).Expected();
        (await engine.DockerAsync("load", "-i", archive)).Expected().ShouldContain("Loaded image: saved:1");
        (await engine.InspectAsync("saved:1", "{{.Id}}")).ShouldBe(image);
        (await engine.DockerAsync("run", "--rm", "saved:1", "echo", "still here")).Expected().ShouldBe("still here");
        (await engine.DockerAsync("rmi", "saved:1")).Expected();
        File.Delete(archive);
    }
}
