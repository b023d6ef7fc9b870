using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>The docker CLI's plugin: what is gone can still be asked for.</summary>
public sealed class AskingForThePast(RunningInstance engine)
{
    [Fact]
    public async Task A_removed_containers_life_and_last_words_are_shown_by_name()
    {
        engine.Plug();
        var said = (await engine.DockerAsync("run", "--rm", "--name", "gone", "--label", "team=blue", "busybox", "sh", "-c", "echo last words; exit 3")).ExitCode;
        said.ShouldBe(3);
        var shown = (await engine.DockerAsync("shiplog", "show", "gone")).Succeeded().Output;
        foreach (var part in (string[])["gone is removed", "exit code 3", "team=blue", "container started", "ip assigned", "last words"])
            shown.ShouldContain(part);
        (await engine.DockerAsync("shiplog", "logs", "gone")).Succeeded().Output.ShouldBe("last words\n");
        (await engine.DockerAsync("shiplog", "ps")).Succeeded().Output.ShouldContain("gone");
        (await engine.DockerAsync("logs", "gone")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task An_address_leads_to_the_container_that_had_it()
    {
        engine.Plug();
        (await engine.DockerAsync("run", "--rm", "--name", "addressed", "busybox", "true")).Succeeded();
        var address = (await engine.EventsOfAsync("addressed")).Single(e => e.Type == "ip_assigned").Data.GetProperty("address").GetString()!;
        (await engine.DockerAsync("shiplog", "who", address)).Succeeded().Output.ShouldContain("addressed");
        var refused = await engine.DockerAsync("shiplog", "who", address, "--at", "2001-01-01 00:00");
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain($"no container had {address}");
    }

    [Fact]
    public async Task What_a_name_meant_once_can_be_run_again_and_its_line_leads_to_every_container()
    {
        engine.Plug();
        (await engine.DockerAsync("tag", "busybox", "moved")).Succeeded();
        var old = (await engine.DockerAsync("inspect", "-f", "{{.Id}}", "moved")).Succeeded().Text;
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken); // the CLI takes times by the second
        var then = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        (await engine.DockerAsync("run", "--name", "maker", "busybox", "touch", "/made")).Succeeded();
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);
        (await engine.DockerAsync("commit", "maker", "moved")).Succeeded();
        (await engine.DockerAsync("run", "--rm", "--name", "on-the-new", "moved", "ls", "/made")).Succeeded();

        (await engine.DockerAsync("shiplog", "tags", "-q", "--at", then, "moved")).Succeeded().Text.ShouldBe(old);
        (await engine.DockerAsync("run", "--rm", old, "test", "!", "-e", "/made")).Succeeded();
        var again = await engine.DockerAsync("shiplog", "run", "--at", then, "--rm", "-e", "SAID=yes", "moved", "sh", "-c", "test ! -e /made && echo $SAID; exit 5");
        (again.ExitCode, again.Output).ShouldBe((5, "yes\n"), again.Error);
        (await engine.DockerAsync("shiplog", "run", "--at", "2001-01-01 00:00", "moved")).Error.ShouldContain("moved meant no image at");
        (await engine.DockerAsync("shiplog", "tags", "moved")).Succeeded().Output.ShouldContain("unix:root");
        var line = (await engine.DockerAsync("shiplog", "lineage", "moved")).Succeeded().Output;
        foreach (var part in (string[])["by the log", "maker", "committed", "pulled"])
            line.ShouldContain(part);
        var layers = (await engine.DockerAsync("shiplog", "layers", "moved")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        (layers.Length, layers[0].StartsWith("LAYER", StringComparison.Ordinal), layers[2].TrimEnd().EndsWith("touch /made", StringComparison.Ordinal)).ShouldBe((3, true, true));
        (await engine.DockerAsync("shiplog", "layers", "moved", "2")).Succeeded().Output.ShouldBe("A    /made\n");
        (await engine.DockerAsync("shiplog", "layers", "moved", "3")).Error.ShouldContain("the image has no layer 3: it has 2");
        (await engine.DockerAsync("shiplog", "diff", old, "moved")).Succeeded().Output.ShouldBe("A    /made\n");
        (await engine.DockerAsync("shiplog", "diff", "moved", old)).Succeeded().Output.ShouldBe("D    /made\n");
        (await engine.DockerAsync("shiplog", "diff", "moved", "nosuch")).Error.ShouldContain("nosuch");
        var dockerfile = (await engine.DockerAsync("shiplog", "lineage", "--dockerfile", "moved")).Succeeded().Output;
        dockerfile.ShouldStartWith($"FROM {engine.Instance.Settings.Registry}/busybox@sha256:");
        dockerfile.ShouldContain("from maker, which ran: touch /made");
        dockerfile.ShouldContain("\nCMD [\"touch\",\"/made\"]\n");
        var ran = (await engine.DockerAsync("shiplog", "ps", "--on", "busybox", "-n", "0")).Succeeded().Output;
        ran.ShouldContain("on-the-new");
        ran.ShouldContain("maker");
        (await engine.DockerAsync("shiplog", "ps", "--on", "moved")).Succeeded().Output.ShouldNotContain("maker");
        (await engine.DockerAsync("rm", "maker")).Succeeded();
        (await engine.DockerAsync("rmi", "moved")).Succeeded();
    }

    [Fact]
    public async Task What_is_not_known_is_said_and_the_exit_code_tells()
    {
        engine.Plug();
        var refused = await engine.DockerAsync("shiplog", "show", "never-was");
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("never-was");
        (await engine.DockerAsync("shiplog", "--help")).Succeeded().Output.ShouldContain("show");
    }

    [Fact]
    public async Task The_shell_is_offered_the_commands_and_the_names_of_removed_containers()
    {
        engine.Plug();
        (await engine.DockerAsync("run", "--rm", "--name", "offered", "busybox", "true")).Succeeded();
        (await engine.DockerAsync("__complete", "shiplog", "")).Output.ShouldContain("show\t");
        (await engine.DockerAsync("__complete", "shiplog", "show", "off")).Output.ShouldContain("offered");
    }
}
