using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.Engine;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>Limits, devices, security and namespaces over the wire: there, in the order, and back by inspecting.</summary>
public sealed class AskingForOptions(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_was_asked_for_is_shown_again_in_dockers_shapes()
    {
        var asked = JsonNode.Parse("""
            {"Memory":67108864,"MemoryReservation":33554432,"MemorySwap":134217728,"NanoCpus":500000000,"CpuShares":512,"CpusetCpus":"0",
            "PidsLimit":100,"GroupAdd":["audio"],"Privileged":false,"SecurityOpt":["no-new-privileges","seccomp=unconfined"],"MaskedPaths":["/proc/kcore"],
            "ReadonlyPaths":[],"PidMode":"host","IpcMode":"shareable","UTSMode":"host","UsernsMode":"host","CgroupnsMode":"private",
            "Devices":[{"PathOnHost":"/dev/fuse","PathInContainer":"/dev/fuse","CgroupPermissions":"rw"}],"DeviceCgroupRules":["c 13:* rwm"],
            "Ulimits":[{"Name":"nofile","Hard":2048,"Soft":1024}],"Sysctls":{"net.core.somaxconn":"1024"},"OomScoreAdj":100,"ShmSize":1048576,"Init":true}
            """)!.AsObject();
        var id = await server.CreateAsync("options", $$"""{"Image":"busybox","HostConfig":{{asked.ToJsonString()}}}""");
        var inspect = await server.Client.GetFromJsonAsync<JsonObject>($"containers/{id}/json", Cancellation);
        var shown = inspect!["HostConfig"]!.AsObject();
        asked["SecurityOpt"]!.AsArray().Add("label=disable");
        foreach (var (name, value) in asked)
            JsonNode.DeepEquals(shown[name], value).ShouldBeTrue($"{name}: {shown[name]?.ToJsonString()}");
    }

    [Fact]
    public async Task What_was_left_open_is_shown_as_docker_does()
    {
        var id = await server.CreateAsync("open");
        var inspect = await server.Client.GetFromJsonAsync<JsonObject>($"containers/{id}/json", Cancellation);
        var shown = inspect!["HostConfig"]!.AsObject();
        shown["MaskedPaths"]!.AsArray().Select(p => (string)p!).ShouldBe(ContainerConfinement.DefaultMaskedPaths);
        shown["ReadonlyPaths"]!.AsArray().Select(p => (string)p!).ShouldBe(ContainerConfinement.DefaultReadonlyPaths);
        ((string?)shown["IpcMode"]).ShouldBe("private");
        ((string?)shown["CgroupnsMode"]).ShouldBe(HostFacts.CgroupVersion == 2 ? "private" : "host");
        ((long)shown["ShmSize"]!).ShouldBe(67108864);
        ((long)shown["Memory"]!).ShouldBe(0);
        shown["PidsLimit"].ShouldBeNull();
        shown["SecurityOpt"].ShouldBeNull();
    }

    // The docker CLI always sends a 0; the runtime writes a number as it is, and the kernel knows none for "any".
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Any_number_of_processes_is_no_limit(long limit) =>
        OrderOptions.Limits(new Resources { PidsLimit = limit })!.Pids.ShouldBeNull();

    [Fact]
    public async Task A_privileged_container_shows_no_masks_and_no_label()
    {
        var id = await server.CreateAsync("privileged", """{"Image":"busybox","HostConfig":{"pRIVILEGED":true}}""");
        var inspect = await server.Client.GetFromJsonAsync<JsonObject>($"containers/{id}/json", Cancellation);
        ((bool)inspect!["HostConfig"]!["Privileged"]!).ShouldBeTrue();
        inspect["HostConfig"]!["MaskedPaths"].ShouldBeNull();
        ((string?)inspect["HostConfig"]!["SecurityOpt"]![0]).ShouldBe("label=disable");
    }

    [Fact]
    public async Task Whose_namespace_is_shared_is_told_by_id()
    {
        var donor = await server.CreateAsync("donor");
        var id = await server.CreateAsync("joiner", """{"Image":"busybox","HostConfig":{"PidMode":"container:donor","IpcMode":"container:donor"}}""");
        var container = (await server.Log.FindContainerAsync(id, Cancellation)).ShouldNotBeNull();
        container.Host!.Namespaces.ShouldBe(new NamespaceOptions { Pid = "container:" + donor, Ipc = "container:" + donor });
        OrderOptions.Namespaces(container.Host.Namespaces).ShouldBe(new ContainerNamespaces
        {
            Pid = NamespaceChoice.Shared,
            PidOf = donor,
            Ipc = NamespaceChoice.Shared,
            IpcOf = donor,
        });
    }

    [Theory]
    [InlineData("""{}""", null)]
    [InlineData("""{"Type":"json-file","Config":{"max-file":"3"}}""", null)]
    [InlineData("""{"Type":"json-file","Config":{"max-size":"10k","labels":"team"}}""", "10000 1 False")]
    [InlineData("""{"Type":"json-file","Config":{"max-size":"1m","max-file":"3","compress":"true"}}""", "1000000 3 True")]
    [InlineData("""{"Type":"local"}""", "20971520 5 True")]
    [InlineData("""{"Type":"local","Config":{"max-file":"1","compress":"false"}}""", "20971520 1 False")]
    public async Task A_log_is_divided_as_its_driver_says(string log, string? rotation)
    {
        var id = await server.CreateAsync("log-" + Guid.NewGuid().ToString("n")[..8], """{"Image":"busybox","HostConfig":{"LogConfig":LOG}}""".Replace("LOG", log, StringComparison.Ordinal));
        using var started = await server.PostAsync($"containers/{id}/start");
        var order = server.Worker.Orders.OfType<Contracts.Orders.StartContainer>().Single(o => o.ContainerId == id);
        (order.LogRotation is { } r ? $"{r.MaxSize} {r.MaxFiles} {r.Compress}" : null).ShouldBe(rotation);
    }

    [Theory]
    [InlineData("""{"Memory":1048576}""", "Minimum memory limit allowed is 6MB")]
    [InlineData("""{"Ulimits":[{"Name":"nofile","Soft":5,"Hard":4}]}""", "ulimit soft limit must be less than or equal to hard limit: 5 > 4")]
    [InlineData("""{"SecurityOpt":["systempaths=unconfined"]}""", "invalid --security-opt 2: \"systempaths=unconfined\"")]
    [InlineData("""{"PidMode":"container:nosuch"}""", "No such container: nosuch")]
    [InlineData("""{"IpcMode":"container:"}""", "invalid IPC mode: container:")]
    [InlineData("""{"Isolation":"hyperv"}""", "invalid isolation 'hyperv' on linux")]
    [InlineData("""{"LogConfig":{"Type":"nosuch"}}""", "error looking up logging plugin nosuch: plugin \"nosuch\" not found")]
    [InlineData("""{"LogConfig":{"Type":"json-file","Config":{"max-sise":"1m"}}}""", "unknown log opt 'max-sise' for json-file log driver")]
    [InlineData("""{"LogConfig":{"Type":"local","Config":{"labels":"x"}}}""", "unknown log opt 'labels' for log driver local")]
    [InlineData("""{"NetworkMode":"host","Sysctls":{"net.core.somaxconn":"1"}}""", "sysctl \"net.core.somaxconn\" not allowed in host network namespace")]
    public async Task Options_that_make_no_sense_are_refused_in_dockers_words(string options, string message)
    {
        using var answer = await server.PostAsync("containers/create", $$"""{"Image":"busybox","HostConfig":{{options}}}""");
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_warning_comes_with_the_answer()
    {
        Assert.SkipUnless(new KernelFeatures().Features.OomKillDisable, "a kernel that can turn the OOM killer off");
        using var answer = await server.PostAsync("containers/create", """{"Image":"busybox","HostConfig":{"OomKillDisable":true}}""");
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("Warnings")[0].GetString().ShouldBe(
            "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.");
    }

    [Fact]
    public async Task Info_tells_the_limits_that_the_kernel_has()
    {
        var info = await server.Client.GetFromJsonAsync<JsonElement>("info", Cancellation);
        var features = new KernelFeatures().Features;
        info.GetProperty("MemoryLimit").GetBoolean().ShouldBe(features.MemoryLimit);
        info.GetProperty("SwapLimit").GetBoolean().ShouldBe(features.SwapLimit);
        info.GetProperty("CpuCfsQuota").GetBoolean().ShouldBe(features.CpuCfs);
        info.GetProperty("PidsLimit").GetBoolean().ShouldBe(features.PidsLimit);
        info.GetProperty("OomKillDisable").GetBoolean().ShouldBe(features.OomKillDisable);
        info.GetProperty("Warnings").EnumerateArray().Select(w => w.GetString()).Contains("WARNING: No swap limit support").ShouldBe(!features.SwapLimit);
    }

    [Fact]
    public async Task No_body_breaks_the_server() => await Body.SampleAsync(
        async body =>
        {
            using var answer = await server.PostAsync("containers/create", body);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            ((int)answer.StatusCode).ShouldBeOneOf([201, 400, 404, 501], $"{body}\n{text}");
            using var json = JsonDocument.Parse(text);
            if (answer.StatusCode != HttpStatusCode.Created)
            {
                json.RootElement.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
                return;
            }

            // Whatever was accepted is an order, and can be inspected.
            var id = json.RootElement.GetProperty("Id").GetString()!;
            var host = (await server.Log.FindContainerAsync(id, Cancellation))!.Host!;
            OrderOptions.Limits(host.Resources);
            OrderOptions.Confinement(host);
            OrderOptions.Namespaces(host.Namespaces);
            MountOrders.Of((await server.Log.FindContainerAsync(id, Cancellation))!, new Dictionary<string, Shiplog.Domain.Volumes.Volume>());
            using var inspect = await server.Client.GetAsync($"containers/{id}/json", Cancellation);
            inspect.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        },
        iter: 200, threads: 1);

    // Real names with values of any kind: most are wrong, and some right.
    private static readonly string[] Names = [
        "Memory", "MemorySwap", "MemorySwappiness", "MemoryReservation", "NanoCpus", "CpuShares", "CpuPeriod", "CpuQuota", "CpusetCpus", "CpusetMems",
        "PidsLimit", "BlkioWeight", "BlkioWeightDevice", "BlkioDeviceReadBps", "OomKillDisable", "OomScoreAdj", "ShmSize", "Init", "Privileged",
        "SecurityOpt", "MaskedPaths", "ReadonlyPaths", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode", "Devices", "DeviceCgroupRules",
        "Ulimits", "Sysctls", "GroupAdd", "CapAdd", "CapDrop", "ExtraHosts", "Dns", "LogConfig", "NetworkMode", "RestartPolicy", "Runtime", "Isolation",
        "ConsoleSize", "AutoRemove", "CgroupParent", "DeviceRequests", "StorageOpt", "PortBindings", "Binds", "Mounts", "Tmpfs"];

    private static readonly string[] OutsideNames = [
        "Hostname", "Env", "Cmd", "Entrypoint", "Labels", "ExposedPorts", "WorkingDir", "StopSignal", "StopTimeout", "User", "Healthcheck", "Volumes",
        "NetworkingConfig", "Tty", "Image"];

    private static Gen<string> Any(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Any("null", "true", "false", "0", "-1", "1", "64", "1.5", "1e400", "6291456", "9223372036854775807", "-9223372036854775808", "99999999999999999999"),
        Any(
            "\"\"", "\"host\"", "\"none\"", "\"private\"", "\"container:x\"", "\"container:\"", "\"0-99999999999\"", "\"0\"", "\"/dev/null\"", "\"c 1:3 rwm\"",
            "\"seccomp={}\"", "\"seccomp=unconfined\"", "\"label:x\"", "\"net.ipv4.ip_forward\"", "\"\\ud800\"", "\"\\u0000\"", "\"79228162514264337593543950335p\"",
            "\"../..\"", "\"nofile\"", "\"NET_ADMIN\"", "\"/a:/b\"", "\"vol:/c:ro\"", "\"tmpfs\""),
        Gen.String[Gen.Char.AlphaNumeric, 0, 8].Select(t => $"\"{t}\""));

    private static readonly Gen<string> Value = Gen.OneOf(
        Scalar,
        Scalar.Array[0, 3].Select(v => $"[{string.Join(',', v)}]"),
        Gen.Select(Any("Name", "Path", "PathOnHost", "Soft", "Hard", "Rate", "Type", "Config", "Test", "net.core.somaxconn", "kernel.msgmax", "max-size"), Scalar)
            .Array[0, 3].Select(m => $"{{{string.Join(',', m.DistinctBy(p => p.Item1).Select(p => $"\"{p.Item1}\":{p.Item2}"))}}}"),
        Gen.Select(Any("Name", "Path", "PathOnHost", "PathInContainer", "CgroupPermissions", "Target", "Type"), Scalar).Select(p => $"[{{\"{p.Item1}\":{p.Item2}}},null]"));

    private static readonly Gen<string> Body = Gen.Select(
        Gen.Select(Any(Names), Value).Array[0, 3],
        Gen.Select(Any(OutsideNames), Value).Array[0, 1],
        (host, outside) => "{\"Image\":\"busybox\"" + Members(outside, ",") + ",\"HostConfig\":{" + Members(host, "") + "}}");

    private static string Members((string Name, string Value)[] members, string before) =>
        members.Length == 0 ? "" : before + string.Join(',', members.DistinctBy(m => m.Name).Select(m => $"\"{m.Name}\":{m.Value}"));
}
