using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class FilteringSystemCalls(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const int EPERM = 1;
    private const int ENOSYS = 38;
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Is_the_same_with_our_compiled_filter_as_with_the_runtimes_own()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the probe is written for x86-64");
        var probe = Path.Combine(_host.LayerFolder, "bin/probe");
        await File.WriteAllBytesAsync(probe, Probe.Build(), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(probe, (UnixFileMode)0x1ed);

        var (output, config) = await ProbeByWorkerAsync();
        var compiled = Probe.Read(output);
        var byCrun = Probe.Read(ProbeByRuntime("crun", config));
        var byRunc = Probe.Read(ProbeByRuntime("runc", config));

        // One by one: the message names the call.
        for (var call = 0; call < Probe.Calls; call++)
            $"{call}: {compiled[call]}".ShouldBe($"{call}: {byCrun[call]}");
        for (var call = 0; call < Probe.Calls; call++)
            $"{call}: {compiled[call]}".ShouldBe($"{call}: {byRunc[call]}");

        compiled[246].ShouldBe(EPERM); // kexec_load
        compiled[323].ShouldBe(EPERM); // userfaultfd
        compiled[304].ShouldBe(EPERM); // open_by_handle_at
        compiled[425].ShouldBe(ENOSYS); // io_uring_setup, not in the profile: as if the kernel had none
        compiled[39].ShouldBe(0); // getpid
    }

    // Run as every container is; the config.json that it ran with is kept.
    private async Task<(byte[] Output, JsonObject Config)> ProbeByWorkerAsync()
    {
        // With a program before it, so that the bundle can be read while it lives.
        var order = _host.None(["sh", "-c", "read line; exec probe"], p => p with { OpenStdin = true, StdinOnce = true });
        using var client = _host.Server.Connect();
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {WorkerStreams.Attach(order.ContainerId)}?stdin=1&stdout=1&stream=1&tty=1 HTTP/1.1\r\nHost: worker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        var config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_host.Paths(order.ContainerId).Bundle, "config.json")))!.AsObject();
        await client.SendAsync("\n"u8.ToArray());
        var all = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await client.ReceiveAsync(buffer)) > 0)
            all.Write(buffer, 0, read);
        var bytes = all.ToArray();
        return (bytes[(bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..], config);
    }

    // The same container, but the runtime compiles the rules.
    private byte[] ProbeByRuntime(string runtime, JsonObject like)
    {
        var config = JsonNode.Parse(like.ToJsonString())!.AsObject();
        var capabilities = config["process"]!["capabilities"]!["bounding"]!.AsArray().Select(c => (string)c!).ToArray();
        var rules = new SeccompCompiler(_host.Instance).Rules(capabilities);
        config.Remove("annotations");
        config["process"]!["args"] = new JsonArray("/bin/probe");
        config["root"]!["path"] = _host.LayerFolder;
        config["mounts"] = new JsonArray([.. config["mounts"]!.AsArray().Where(m => !((string)m!["destination"]!).StartsWith("/etc/", StringComparison.Ordinal)).Select(m => m!.DeepClone())]);
        config["linux"]!["namespaces"] = JsonNode.Parse("""[{"type":"mount"},{"type":"uts"},{"type":"ipc"},{"type":"pid"},{"type":"network"}]""");
        config["linux"]!["cgroupsPath"] = _host.Instance.CgroupParent + "/probe-" + runtime;
        config["linux"]!["seccomp"] = JsonSerializer.SerializeToNode(rules, OciJson.Default.OciSeccomp);
        var bundle = Path.Combine(_host.Instance.RunFolder, "probe-" + runtime);
        Directory.CreateDirectory(bundle);
        File.WriteAllText(Path.Combine(bundle, "config.json"), config.ToJsonString());

        using var process = _host.Namespaces.Start(
            runtime, ["--root", Path.Combine(bundle, "state"), "run", "--bundle", bundle, "probe-" + runtime],
            info => info.RedirectStandardOutput = true);
        var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return output.ToArray();
    }
}
