using System.Diagnostics;
using System.Text.Json;
using Shiplog.Contracts.Views;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary><c>docker build</c>, with the unmodified docker CLI, and what the log says of it.</summary>
public sealed class BuildingImages(RunningInstance engine)
{
    [Fact]
    public async Task Each_step_is_told_with_why_it_was_done_and_is_not_done_twice()
    {
        using var folder = new BuildFolder(
            """
            FROM busybox
            ENV GREETING=hello
            WORKDIR /app
            COPY greet.sh .
            RUN sh greet.sh > said && echo told
            CMD ["cat", "said"]
            """, ("greet.sh", "echo $GREETING from a build\n"));
        var first = await BuildAsync(folder, "greeter:v1");
        first.Output.ShouldContain("Step 5/6 : RUN sh greet.sh > said && echo told");
        first.Output.ShouldContain("\ntold\n");
        first.Output.ShouldContain("Successfully tagged greeter:v1");
        (await engine.DockerAsync("run", "--rm", "greeter:v1")).Succeeded().Text.ShouldBe("hello from a build");
        (await engine.DockerAsync("ps", "-aq", "--filter", "label=shiplog.build")).Succeeded().Text.ShouldBe("", "the containers of the steps are gone");

        (await BuildAsync(folder, "greeter:v2")).Lines().Count(l => l == "---> Using cache").ShouldBe(5);
        folder.Write("greet.sh", "echo $GREETING again\n");
        (await BuildAsync(folder, "greeter:v3")).Succeeded();

        var builds = await BuildsAsync();
        var (third, second) = (await BuildAsync(builds[0].Id), await BuildAsync(builds[1].Id));
        (second.Build.Status, second.Build.Steps, second.Build.CachedSteps, second.Build.By).ShouldBe(("completed", 6, 5, "unix:root"));
        second.Steps[4].Reason.ShouldStartWith($"the same as step 5 of build {builds[2].Id}");
        third.Steps.Select(s => s.Reason).ShouldBe(
        [
            "begins with busybox", .. second.Steps[1..3].Select(s => s.Reason), "the files that it copies are others", "the step before it is a new one", "the step before it is a new one",
        ]);
        var ran = third.Steps[4].ContainerId.ShouldNotBeNull();
        (await engine.EventsOfAsync(ran)).Select(e => e.Type).ShouldContain("container_exited", "a RUN is a container like any other");
        (await engine.DockerAsync("history", "--format", "{{.ID}}", "greeter:v3")).Succeeded().Lines().Count(id => id == "<missing>")
            .ShouldBeLessThan(3, "each step is an image of its own");
        foreach (var version in (string[])["v3", "v2", "v1"])
            (await engine.DockerAsync("rmi", "greeter:" + version)).Succeeded();
    }

    [Fact]
    public async Task What_newer_dockerfiles_say_is_done()
    {
        using var folder = new BuildFolder(
            """
            # syntax=docker/dockerfile:1
            FROM busybox
            COPY --chmod=0750 --chown=7:8 tool /bin/tool
            COPY <<EOF /etc/motd
            welcome
            EOF
            COPY --exclude=*.md docs /docs
            RUN <<EOF
            echo one > /said
            echo two >> /said
            EOF
            RUN --mount=type=cache,target=/cache --mount=type=tmpfs,target=/scratch echo $(ls /cache) > /before && echo kept > /cache/kept && touch /scratch/gone
            """, ("tool", "#!/bin/sh\n"), ("docs/a.md", "no"), ("docs/b.txt", "yes"));
        (await BuildAsync(folder, "newer")).Succeeded();
        var seen = (await engine.DockerAsync(
            "run", "--rm", "newer", "sh", "-c", "stat -c '%a %u:%g' /bin/tool; cat /etc/motd /said /before; ls /docs; ls /cache /scratch")).Succeeded();
        seen.Output.ShouldBe("750 7:8\nwelcome\none\ntwo\n\nb.txt\n/cache:\n\n/scratch:\n");
        (await engine.DockerAsync("build", "--no-cache", "-q", "-t", "newer", folder.Path)).Succeeded().Text.ShouldStartWith("sha256:");
        (await engine.DockerAsync("run", "--rm", "newer", "cat", "/before")).Succeeded().Text.ShouldBe("kept");
        (await engine.DockerAsync("rmi", "newer")).Succeeded();
    }

    [Fact]
    public async Task Stages_that_need_nothing_of_each_other_run_at_once()
    {
        using var folder = new BuildFolder(
            """
            FROM busybox AS left
            RUN sleep 2 && echo left > /left
            FROM busybox AS right
            RUN sleep 2 && echo right > /right
            FROM busybox AS unused
            RUN false
            FROM scratch
            COPY --from=left /left /
            COPY --from=right /right /
            """);
        var said = (await BuildAsync(folder, "both")).Succeeded();
        said.Output.ShouldNotContain("RUN false", customMessage: "nobody needs that stage");
        var runs = (await BuildAsync((await BuildsAsync())[0].Id)).Steps.Where(s => s.ContainerId is not null).ToArray();
        runs.Length.ShouldBe(2);
        runs[1].StartedAt.ShouldBeLessThan(runs[0].StartedAt.AddMilliseconds(runs[0].DurationMs), "the second began before the first had ended");
        (await engine.DockerAsync("rmi", "both")).Succeeded();
    }

    [Fact]
    public async Task A_repository_is_a_context_and_its_commit_is_recorded()
    {
        using var repository = new BuildFolder("FROM busybox\nCOPY . /src\n", ("sub/Dockerfile", "FROM busybox\nCOPY hello /hello\n"), ("sub/hello", "from git\n"));
        var commit = await GitAsync(repository.Path);
        using var daemon = GitDaemon(repository.Path);
        try
        {
            var url = $"git://127.0.0.1:9418/{Path.GetFileName(repository.Path)}";
            await Eventually.IsTrueAsync(async () => (await Command.RunAsync("git", ["ls-remote", url])).ExitCode == 0);
            // The docker CLI clones by itself; other clients leave it to the engine.
            (await RemoteAsync(url + "#main:sub", "from-git")).ShouldContain("Successfully tagged from-git:latest");
            (await engine.DockerAsync("run", "--rm", "from-git", "cat", "/hello")).Succeeded().Text.ShouldBe("from git");
            var build = (await BuildsAsync())[0];
            (await engine.Database.AskAsync("shiplog_owner", $"select data ->> 'commit' from shiplog.mt_events where stream_id = 'build/{build.Id}' and type = 'build_context_received'"))
                .Succeeded().Text.ShouldBe(commit);
            (await RemoteAsync(url + "#nosuch", "never")).ShouldContain("nosuch");
            (await engine.DockerAsync("build", "-t", "by-the-cli", url + "#main:sub")).Succeeded();
            (await engine.DockerAsync("rmi", "from-git", "by-the-cli")).Succeeded();
        }
        finally
        {
            daemon.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Who_goes_away_ends_the_build_and_leaves_nothing()
    {
        var before = await engine.Kernel.LookAsync();
        using var folder = new BuildFolder("FROM busybox\nRUN echo waiting && sleep 1000\n");
        await using (var terminal = engine.OpenTerminal($"docker build -t never {folder.Path}"))
            await terminal.ShowsAsync("waiting");
        await EndsAsync("cancelled: the client went");
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_fails_the_build_when_it_is_back()
    {
        var before = await engine.Kernel.LookAsync();
        using var folder = new BuildFolder("FROM busybox\nRUN echo waiting && sleep 1000\n");
        await using (var terminal = engine.OpenTerminal($"docker build -t never {folder.Path}"))
        {
            await terminal.ShowsAsync("waiting");
            (await Command.RunAsync("kill", ["-KILL", engine.ProcessId("server").ToString(System.Globalization.CultureInfo.InvariantCulture)])).Succeeded();
        }
        await EndsAsync("interrupted");
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public async Task What_fails_is_told_as_docker_tells_it()
    {
        using var folder = new BuildFolder("FROM busybox\nRUN exit 3\n");
        var failed = await engine.DockerAsync("build", "--force-rm", "-t", "never", folder.Path);
        failed.ExitCode.ShouldBe(3);
        failed.Error.ShouldContain("The command '/bin/sh -c exit 3' returned a non-zero code: 3");
        folder.Write("Dockerfile", "FROM busybox\nCOPPY a b\n");
        (await engine.DockerAsync("build", folder.Path)).Error.ShouldContain("dockerfile parse error on line 2: unknown instruction: COPPY");
        folder.Write("Dockerfile", "FROM busybox\nCOPY nosuch /\n");
        (await engine.DockerAsync("build", folder.Path)).Error.ShouldContain("nosuch");
    }

    private async Task<Result> BuildAsync(BuildFolder folder, string name) => (await engine.DockerAsync("build", "-t", name, folder.Path)).Succeeded();

    private Task<BuildView[]> BuildsAsync() => engine.RestAsync<BuildView[]>("builds");

    private Task<BuildDetailView> BuildAsync(string id) => engine.RestAsync<BuildDetailView>("builds/" + id);

    private Task EndsAsync(string why) => Eventually.IsTrueAsync(async () =>
        (await BuildsAsync())[0] is { Status: "failed", Error: { } error } && error.StartsWith(why, StringComparison.Ordinal) &&
        (await engine.DockerAsync("ps", "-aq", "--filter", "label=shiplog.build")).Succeeded().Text is "");

    private async Task<string> RemoteAsync(string remote, string name) => (await Command.RunAsync("curl",
        ["-sS", "--unix-socket", engine.Instance.DockerSocket, "-X", "POST", $"http://docker/v1.50/build?t={name}&remote={Uri.EscapeDataString(remote)}"])).Succeeded().Output;

    private static async Task<string> GitAsync(string folder)
    {
        foreach (var arguments in (string[][])[["init", "-q", "-b", "main"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "first"]])
            (await Command.RunAsync("git", ["-C", folder, .. arguments])).Succeeded();
        return (await Command.RunAsync("git", ["-C", folder, "rev-parse", "HEAD"])).Succeeded().Text;
    }

    private static Process GitDaemon(string repository) => Process.Start(new ProcessStartInfo(
        "git", ["daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1", "--base-path=" + Path.GetDirectoryName(repository), repository]))
        ?? throw new InvalidOperationException("git did not start");
}
