namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET /containers/{id}/json</summary>
public sealed class Inspecting : Conversation
{
    [Fact]
    public async Task Has_every_field()
    {
        var name = NewName();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, name);
        var c = await InspectAsync(id);
        c.Keys().ShouldInclude(
        [
            "Id", "Created", "Path", "Args", "State", "Image", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath", "Name", "RestartCount", "Driver",
            "Platform", "MountLabel", "ProcessLabel", "AppArmorProfile", "ExecIDs", "HostConfig", "GraphDriver", "Mounts", "Config", "NetworkSettings",
        ]);
        c.Keys("State").ShouldInclude(
            ["Status", "Running", "Paused", "Restarting", "OOMKilled", "Dead", "Pid", "ExitCode", "Error", "StartedAt", "FinishedAt"]);
        c.Keys("Config").ShouldInclude(
        [
            "Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Env", "Cmd", "Image", "Volumes",
            "WorkingDir", "Entrypoint", "OnBuild", "Labels",
        ]);
        c.Keys("NetworkSettings").ShouldInclude(
        [
            "Bridge", "SandboxID", "HairpinMode", "LinkLocalIPv6Address", "LinkLocalIPv6PrefixLen", "Ports", "SandboxKey", "SecondaryIPAddresses",
            "SecondaryIPv6Addresses", "EndpointID", "Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress",
            "Networks",
        ]);
        c.Keys("NetworkSettings", "Networks", "bridge").ShouldInclude(
        [
            "IPAMConfig", "Links", "Aliases", "NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway", "GlobalIPv6Address",
            "GlobalIPv6PrefixLen", "MacAddress", "DriverOpts",
        ]);
        c.Keys("HostConfig").ShouldInclude(
        [
            "Binds", "ContainerIDFile", "LogConfig", "NetworkMode", "PortBindings", "RestartPolicy", "AutoRemove", "VolumeDriver", "VolumesFrom", "CapAdd",
            "CapDrop", "CgroupnsMode", "Dns", "DnsOptions", "DnsSearch", "ExtraHosts", "GroupAdd", "IpcMode", "Cgroup", "Links", "OomScoreAdj", "PidMode",
            "Privileged", "PublishAllPorts", "ReadonlyRootfs", "SecurityOpt", "UTSMode", "UsernsMode", "ShmSize", "Runtime", "ConsoleSize", "Isolation",
            "CpuShares", "Memory", "NanoCpus", "CgroupParent", "BlkioWeight", "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps",
            "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "CpusetCpus", "CpusetMems",
            "Devices", "DeviceCgroupRules", "DeviceRequests", "MemoryReservation", "MemorySwap", "MemorySwappiness", "OomKillDisable", "PidsLimit", "Ulimits",
            "CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth", "MaskedPaths", "ReadonlyPaths",
        ]);
        c.Text("Id").ShouldBe(id);
        c.Text("Name").ShouldBe("/" + name);
        c.Text("Path").ShouldBe("sleep");
        c.Texts("Args").ShouldBe(["1000"]);
        c.Text("Image").ShouldBe((await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).Json.Text("Id"));
        c.Text("HostConfig", "NetworkMode").ShouldBe(DockerEngine.IsDockerd ? "default" : "bridge");
        c.Text("HostConfig", "LogConfig", "Type").ShouldBe("json-file");
        c.Text("HostConfig", "RestartPolicy", "Name").ShouldBe(DockerEngine.IsDockerd ? "" : "no");
        c.At("HostConfig", "ShmSize").GetInt64().ShouldBe(64 << 20);
        var network = c.At("NetworkSettings");
        network.Text("IPAddress").ShouldMatch(@"^172\.\d+\.\d+\.\d+$");
        network.Text("Networks", "bridge", "IPAddress").ShouldBe(network.Text("IPAddress"));
        network.Number("IPPrefixLen").ShouldBe(16);
        network.Text("SandboxKey").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Finds_it_by_id_by_name_and_by_the_beginning_of_its_id()
    {
        var name = NewName();
        var id = await CreateAsync(new { DockerEngine.Image }, name);
        foreach (var given in (string[])[id, id[..12], id[..20], name, "/" + name])
            (await InspectAsync(given)).Text("Id").ShouldBe(id);
    }

    [Fact]
    public async Task Of_what_has_ended_shows_no_address()
    {
        var c = await InspectAsync(await RunToEndAsync("true"));
        c.Text("NetworkSettings", "IPAddress").ShouldBe("");
        c.Text("NetworkSettings", "Networks", "bridge", "IPAddress").ShouldBe("");
        c.Text("State", "Status").ShouldBe("exited");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.GetAsync("/containers/nosuch/json")).Refuses(404, "No such container: nosuch");
}
