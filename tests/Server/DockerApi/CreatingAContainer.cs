using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class CreatingAContainer(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_image_that_is_not_here_is_told_in_words_that_make_the_cli_pull() =>
        await ShouldRefuseAsync("", """{"Image":"nosuch"}""", HttpStatusCode.NotFound, "No such image: nosuch:latest");

    [Fact]
    public async Task A_name_in_use_is_told_with_its_owner()
    {
        var id = await server.CreateAsync("taken");
        await ShouldRefuseAsync(
            "?name=taken", """{"Image":"busybox"}""", HttpStatusCode.Conflict,
            $"Conflict. The container name \"/taken\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name.");
        using var renamed = await server.PostAsync($"containers/{await server.CreateAsync("renamed")}/rename?name=taken");
        renamed.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await DockerServer.MessageAsync(renamed)).ShouldStartWith("Error when allocating new name: Conflict. The container name \"/taken\"");
    }

    [Fact]
    public async Task A_bad_name_is_refused_before_the_image_is_looked_for() => await ShouldRefuseAsync(
        "?name=a%20b", """{"Image":"nosuch"}""", HttpStatusCode.BadRequest,
        "Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");

    [Theory]
    [InlineData("""{"HostConfig":{"SomethingNew":"x"}}""", "HostConfig.SomethingNew (\"x\")")]
    [InlineData("""{"HostConfig":{"DeviceRequests":[{"Count":-1}]}}""", "HostConfig.DeviceRequests ([{\"Count\":-1}])")]
    [InlineData("""{"HostConfig":{"LogConfig":{"Config":{"tag":"{{json .}}"}}}}""", "HostConfig.LogConfig.Config.tag ({{json .}}): a template of more than fields")]
    [InlineData("""{"HostConfig":{"LogConfig":{"Config":{"mode":"non-blocking"}}}}""", "HostConfig.LogConfig.Config.mode (non-blocking)")]
    [InlineData("""{"HostConfig":{"LogConfig":{"Type":"syslog"}}}""", "HostConfig.LogConfig.Type syslog: a log driver other than json-file, local, journald and none")]
    [InlineData("""{"HostConfig":{"NetworkMode":"own","Links":["db"]}}""", "HostConfig.Links in network own: links in another network than the default one")]
    [InlineData("""{"NetworkingConfig":{"EndpointsConfig":{"bridge":{"IPAMConfig":{"IPv6Address":"fd00::9"}}}}}""",
        "NetworkingConfig.EndpointsConfig.bridge.IPAMConfig.IPv6Address (\"fd00::9\")")]
    public async Task An_option_that_is_not_honoured_is_refused_by_name(string body, string what) => await ShouldRefuseAsync(
        "", body.Insert(1, "\"Image\":\"busybox\","), HttpStatusCode.NotImplemented, what + " is not built yet");

    [Fact]
    public async Task A_network_that_is_not_there_is_refused() => await ShouldRefuseAsync(
        "", """{"Image":"busybox","HostConfig":{"NetworkMode":"other"}}""", HttpStatusCode.NotFound, "network other not found");

    [Fact]
    public async Task What_the_docker_cli_sends_is_accepted_and_shown_again()
    {
        var id = await server.CreateAsync("whole", BodyOfTheCli);
        var inspect = await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id[..12]}/json", Cancellation);
        inspect.GetProperty("Name").GetString().ShouldBe("/whole");
        inspect.GetProperty("Path").GetString().ShouldBe("true");
        inspect.GetProperty("State").GetProperty("Status").GetString().ShouldBe("created");
        inspect.GetProperty("State").GetProperty("StartedAt").GetString().ShouldBe("0001-01-01T00:00:00Z");
        inspect.GetProperty("HostConfig").GetProperty("NetworkMode").GetString().ShouldBe("bridge");
        inspect.GetProperty("HostConfig").GetProperty("AutoRemove").GetBoolean().ShouldBeTrue();
        inspect.GetProperty("Config").GetProperty("Hostname").GetString().ShouldBe(id[..12]);
        inspect.GetProperty("Config").GetProperty("Env")[0].GetString().ShouldBe("PATH=/bin");
        inspect.GetProperty("Image").GetString().ShouldBe(TestImages.Busybox.ImageId);
        inspect.GetProperty("Mounts").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_name_one_is_found()
    {
        var id = await server.CreateAsync("");
        (await server.Log.FindContainerAsync(id, Cancellation)).ShouldNotBeNull().Name.ShouldMatch("^[a-z]+_[a-z]+");
    }

    [Fact]
    public async Task The_actor_is_the_unix_user_at_the_other_end()
    {
        var id = await server.CreateAsync("whose");
        using var events = await server.Client.GetAsync($"events?since=0&until={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}&filters={{\"container\":[\"{id}\"]}}", Cancellation);
        var created = JsonDocument.Parse((await events.Content.ReadAsStringAsync(Cancellation)).Split('\n')[0]).RootElement;
        created.GetProperty("Actor").GetProperty("Attributes").GetProperty("shiplog.actor").GetString().ShouldBe("unix:" + Environment.UserName);
    }

    private async Task ShouldRefuseAsync(string query, string body, HttpStatusCode status, string message)
    {
        using var answer = await server.PostAsync("containers/create" + query, body);
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
        answer.StatusCode.ShouldBe(status);
    }

    // As docker 28.2 sends it for `docker run --rm busybox true`.
    private const string BodyOfTheCli = """
        {"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"Tty":false,"OpenStdin":false,
        "StdinOnce":false,"Env":null,"Cmd":["true"],"Image":"busybox","Volumes":{},"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{},
        "HostConfig":{"Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode":"default","PortBindings":{},
        "RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":true,"VolumeDriver":"","VolumesFrom":null,"ConsoleSize":[0,0],
        "CapAdd":null,"CapDrop":null,"CgroupnsMode":"","Dns":[],"DnsOptions":[],"DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,"IpcMode":"",
        "Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":false,
        "SecurityOpt":null,"UTSMode":"","UsernsMode":"","ShmSize":0,"Isolation":"","CpuShares":0,"Memory":0,"NanoCpus":0,"CgroupParent":"",
        "BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":[],"BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],
        "BlkioDeviceWriteIOps":[],"CpuPeriod":0,"CpuQuota":0,"CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"",
        "Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,"MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":-1,
        "OomKillDisable":false,"PidsLimit":0,"Ulimits":[],"CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,"IOMaximumBandwidth":0,
        "MaskedPaths":null,"ReadonlyPaths":null},"NetworkingConfig":{"EndpointsConfig":{"default":{"IPAMConfig":null,"Links":null,
        "Aliases":null,"MacAddress":"","DriverOpts":null,"GwPriority":0,"NetworkID":"","EndpointID":"","Gateway":"","IPAddress":"",
        "IPPrefixLen":0,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"DNSNames":null}}}}
        """;
}
