using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Execs;

public sealed class ExecutingAProgram(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Gives_its_output_and_its_exit_code()
    {
        await using var box = await Box.StartAsync(_host);
        var (output, code) = await box.RunAsync("sh", "-c", "echo out; echo err >&2; exit 3");
        output.ShouldContain("out\n");
        output.ShouldContain("err\n");
        code.ShouldBe(3);
    }

    [Fact]
    public async Task Reports_its_start_before_its_end_and_once()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("true");
        await box.RunAsync(exec);
        var reports = _host.Server.Reports.Where(r => r is ExecStartedReport { ExecId: var s } && s == exec.Id || r is ExecExitedReport { ExecId: var e } && e == exec.Id).ToList();
        reports.Count.ShouldBe(2);
        reports[0].ShouldBeOfType<ExecStartedReport>().Pid.ShouldBeGreaterThan(0);
        reports[1].ShouldBeOfType<ExecExitedReport>().At.ShouldBeGreaterThanOrEqualTo(reports[0].At);
    }

    [Fact]
    public async Task Tells_of_one_that_ends_at_once_in_one_batch()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = await box.RunUntilToldInOneAsync("sh", "-c", "exit 3");
        _host.Server.Reports.OfType<ExecExitedReport>().Single(r => r.ExecId == exec.Id).ExitCode.ShouldBe(3);
        Directory.GetDirectories(Path.Combine(_host.Paths(box.Id).Bundle, "execs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Leaves_nothing_behind_on_disk()
    {
        await using var box = await Box.StartAsync(_host);
        await box.RunAsync("true");
        await box.RunAsync("nosuch");
        Directory.GetDirectories(Path.Combine(_host.Paths(box.Id).Bundle, "execs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Passes_its_input_on_and_the_end_of_it()
    {
        await using var box = await Box.StartAsync(_host);
        var data = new byte[3 << 20];
        new Random(1).NextBytes(data);
        var (output, code) = await box.RunAsync(Box.Program("sha256sum") with { OpenStdin = true }, data);
        output.ShouldContain(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data)));
        code.ShouldBe(0);
    }

    [Fact]
    public async Task Without_input_reads_an_end_at_once()
    {
        await using var box = await Box.StartAsync(_host);
        (await box.RunAsync("cat")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Ends_with_its_program_though_something_holds_its_output()
    {
        await using var box = await Box.StartAsync(_host);
        var (output, code) = await box.RunAsync("sh", "-c", "sleep 300 & echo left; exit 4");
        output.ShouldContain("left");
        code.ShouldBe(4);
    }

    [Theory]
    [InlineData("nosuch", 127, "exec: \"nosuch\": executable file not found in $PATH: unknown")]
    [InlineData("/bin/nosuch", 127, "exec: \"/bin/nosuch\": stat /bin/nosuch: no such file or directory: unknown")]
    [InlineData("/etc/passwd", 126, "exec: \"/etc/passwd\": permission denied: unknown")]
    public async Task Fails_as_a_shell_does_for_what_cannot_be_run(string program, int code, string reason)
    {
        await using var box = await Box.StartAsync(_host);
        foreach (var tty in (bool[])[false, true])
        {
            var failure = (await box.OrderAsync(Box.Program(program) with { Tty = tty, Attached = false })).Failure.ShouldNotBeNull();
            failure.Error.ShouldBe($"OCI runtime exec failed: exec failed: unable to start container process: {reason}");
            failure.ExitCode.ShouldBe(code);
        }
    }

    [Fact]
    public async Task Fails_in_a_folder_that_is_not_there()
    {
        await using var box = await Box.StartAsync(_host);
        var failure = (await box.OrderAsync(Box.Program("true") with { WorkingDirectory = "/nosuch", Attached = false })).Failure.ShouldNotBeNull();
        failure.Error.ShouldContain("chdir to cwd (\"/nosuch\") set in config.json failed: no such file or directory");
        failure.ExitCode.ShouldBe(127);
    }

    [Fact]
    public async Task Fails_for_a_user_whom_the_image_does_not_know()
    {
        await using var box = await Box.StartAsync(_host);
        var failure = (await box.OrderAsync(Box.Program("true") with { User = "nobody-here", Attached = false })).Failure.ShouldNotBeNull();
        failure.Error.ShouldBe("unable to find user nobody-here: no matching entries in passwd file");
        failure.ExitCode.ShouldBe(126);
    }

    [Fact]
    public async Task Runs_as_the_user_with_his_groups_and_home_and_without_capabilities_in_effect()
    {
        await using var box = await Box.StartAsync(_host);
        var (output, _) = await box.RunAsync(Box.Program("sh", "-c", "id; echo $HOME; grep Cap /proc/self/status") with { User = "alice" });
        output.ShouldContain("uid=1000(alice) gid=1000(alice) groups=29(audio),1000(alice)");
        output.ShouldContain("/home/alice\n");
        output.ShouldContain("CapEff:\t0000000000000000");
        output.ShouldContain("CapBnd:\t00000000a80425fb");
    }

    [Fact]
    public async Task Has_the_containers_filter_and_capabilities_and_no_descriptor_but_its_streams()
    {
        await using var box = await Box.StartAsync(_host);
        var (output, _) = await box.RunAsync("sh", "-c", "grep -E 'Cap|Seccomp:' /proc/self/status; echo open:; ls /proc/$$/fd; true");
        output.ShouldContain("CapEff:\t00000000a80425fb");
        output.ShouldContain("CapPrm:\t00000000a80425fb");
        output.ShouldContain("CapBnd:\t00000000a80425fb");
        output.ShouldContain("CapInh:\t0000000000000000");
        output.ShouldContain("CapAmb:\t0000000000000000");
        output.ShouldContain("Seccomp:\t2");
        // 10 is the shell's own, above the three that it was given.
        output.Split("open:\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(fd => fd != "10").ShouldBe(["0", "1", "2"]);
    }

    [Fact]
    public async Task With_privileges_has_every_capability_that_the_worker_has_and_still_the_filter()
    {
        await using var box = await Box.StartAsync(_host);
        var (output, _) = await box.RunAsync(Box.Program("grep", "-E", "CapEff|CapBnd|Seccomp:", "/proc/self/status") with { Privileged = true });
        var own = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapBnd:", StringComparison.Ordinal))["CapBnd:".Length..].Trim();
        output.ShouldContain($"CapEff:\t{own}");
        output.ShouldContain($"CapBnd:\t{own}");
        output.ShouldContain("Seccomp:\t2");
    }

    [Fact]
    public async Task Has_the_containers_environment_with_its_own_over_it()
    {
        await using var box = await Box.StartAsync(_host, p => p with { Env = ["A=container", "B=container", "C=container"] });
        var (output, _) = await box.RunAsync(Box.Program("env") with { Env = ["A=exec", "D=exec", "C"] });
        var variables = output.Split('\n');
        variables.ShouldContain("A=exec");
        variables.ShouldContain("B=container");
        variables.ShouldContain("D=exec");
        variables.ShouldNotContain(v => v.StartsWith("C=", StringComparison.Ordinal));
        variables.ShouldContain("HOME=/root");
        variables.ShouldContain($"HOSTNAME={box.Id[..12]}");
        variables.ShouldContain("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        variables.ShouldNotContain(v => v.StartsWith("TERM=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Runs_in_the_folder_asked_for_in_the_containers_namespaces_and_groups()
    {
        await using var box = await Box.StartAsync(_host);
        var (output, _) = await box.RunAsync(Box.Program("sh", "-c", "pwd; hostname; for n in mnt net pid uts ipc; do test $(ls -l /proc/self/ns/$n | awk '{print $NF}') = $(ls -l /proc/1/ns/$n | awk '{print $NF}') && echo same $n; done; test \"$(cat /proc/self/cgroup)\" = \"$(cat /proc/1/cgroup)\" && echo same groups") with { WorkingDirectory = "/tmp" });
        output.ShouldContain("/tmp\n");
        output.ShouldContain(box.Id[..12]);
        foreach (var name in (string[])["mnt", "net", "pid", "uts", "ipc", "groups"])
            output.ShouldContain($"same {name}\n");
    }

    [Fact]
    public async Task With_a_terminal_is_raw_has_its_size_and_is_left_by_keys_while_the_program_goes_on()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sh", "-c", "stty size; read a; stty size; echo $TERM; read b; exit 7") with
        {
            Tty = true,
            OpenStdin = true,
            ConsoleWidth = 100,
            ConsoleHeight = 40,
        };
        using var client = await box.AttachAsync(exec, raw: true);
        (await box.OrderAsync(exec)).Failure.ShouldBeNull();
        await client.ReadUntilAsync("40 100\r\n");
        using var http = _host.Server.Http();
        (await http.PostAsync(WorkerStreams.ResizeExec(box.Id, exec.Id) + "?w=90&h=30", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await client.SendAsync("\n"u8.ToArray());
        await client.ReadUntilAsync("30 90\r\nxterm\r\n");
        await client.SendAsync([16, 17]);
        await client.ReadToEndAsync();
        _host.Server.Reports.OfType<ExecExitedReport>().ShouldNotContain(r => r.ExecId == exec.Id);
        await box.EndAsync();
        (await _host.Server.ReceivedAsync<ExecExitedReport>(r => r.ExecId == exec.Id)).ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task Detached_runs_without_anybody_and_its_end_is_reported()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sh", "-c", "head -c 1000000 /dev/zero; exit 5") with { Attached = false };
        (await box.OrderAsync(exec)).Failure.ShouldBeNull();
        (await _host.Server.ReceivedAsync<ExecExitedReport>(r => r.ExecId == exec.Id)).ExitCode.ShouldBe(5);
    }

    [Fact]
    public async Task Goes_on_when_its_client_has_gone()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sh", "-c", "echo ready; sleep 0.3; echo lost; exit 6");
        using (var client = await box.AttachAsync(exec))
        {
            await box.OrderAsync(exec);
            await client.ReadUntilAsync("ready\n");
        }

        (await _host.Server.ReceivedAsync<ExecExitedReport>(r => r.ExecId == exec.Id)).ExitCode.ShouldBe(6);
    }

    [Fact]
    public async Task Many_at_a_time_each_with_its_own_output()
    {
        await using var box = await Box.StartAsync(_host);
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => box.RunAsync("sh", "-c", $"echo number {i}; exit {i}")));
        for (var i = 0; i < results.Length; i++)
        {
            results[i].Output.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"number {i}\n"));
            results[i].Code.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Ends_with_its_container_and_is_reported_before_it()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sleep", "300") with { Attached = false };
        await box.OrderAsync(exec);
        await box.EndAsync();
        var reports = _host.Server.Reports.ToList();
        var execEnd = reports.FindIndex(r => r is ExecExitedReport { ExitCode: 137 } e && e.ExecId == exec.Id);
        execEnd.ShouldBeGreaterThanOrEqualTo(0);
        execEnd.ShouldBeLessThan(reports.FindIndex(r => r is ContainerExitedReport e && e.ContainerId == box.Id));
    }

    [Fact]
    public async Task Is_refused_in_a_container_that_does_not_run_or_is_paused()
    {
        await using var box = await Box.StartAsync(_host);
        await _host.Server.SendAsync(new PauseContainer("pause-" + box.Id, box.Id));
        var exec = Box.Program("true");
        using (var client = await box.AttachAsync(exec))
        {
            (await box.OrderAsync(exec)).Failure.ShouldNotBeNull().Error.ShouldBe($"Container {box.Id} is paused, unpause the container before exec");
            (await client.ReadToEndAsync()).ShouldBeEmpty();
        }

        await box.EndAsync();
        (await box.OrderAsync(Box.Program("true"))).Failure.ShouldNotBeNull().Error.ShouldBe($"container {box.Id} is not running");
    }

    [Fact]
    public async Task Repeated_without_its_program_answers_with_what_came_of_it()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("true") with { Attached = false };
        (await box.OrderAsync(exec)).Failure.ShouldBeNull();
        (await _host.Server.SendAsync(new StartExec("exec-" + exec.Id, box.Id, exec.Id, null))).Failure.ShouldBeNull();
        var never = Box.Program("true");
        var failure = (await _host.Server.SendAsync(new StartExec("exec-" + never.Id, box.Id, never.Id, null))).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.Interrupted);
    }

    [Theory]
    [InlineData("/proc/self/fd/{0}")]
    [InlineData("/proc/self/fd/{0}/..")]
    [InlineData("/proc/self/fd/{0}/../../../..")]
    public async Task Cannot_get_at_a_folder_of_the_host_through_a_descriptor_that_the_runtime_left_open(string folder)
    {
        // CVE-2024-21626: a working directory below /proc/self/fd was one of the host's.
        await using var box = await Box.StartAsync(_host);
        for (var fd = 3; fd < 16; fd++)
        {
            var exec = Box.Program("sh", "-c", "ls -d etc/machine-id etc/debian_version var/lib/dpkg; pwd; exit 0") with
            {
                WorkingDirectory = string.Format(CultureInfo.InvariantCulture, folder, fd),
            };
            var (output, _) = await box.RunAsync(exec);
            output.ShouldNotContain("var/lib/dpkg\n");
            output.ShouldNotContain("etc/debian_version\n");
        }
    }
}
