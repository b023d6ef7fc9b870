using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>
/// One host on one storage driver after another: containers live on with the one that made them, images serve under all of them.
/// </summary>
public sealed class ChangingTheStorageDriver : IAsyncLifetime
{
    private readonly OtherInstance _host = new("drivers");

    public async ValueTask InitializeAsync() => await _host.PrepareAsync("""{ "storage-driver": "vfs" }""");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Containers_and_images_outlive_the_change()
    {
        (await _host.InfraAsync("up")).Succeeded();
        var info = (await _host.DockerAsync("info")).Succeeded().Output;
        info.ShouldContain("Storage Driver: vfs");
        info.ShouldContain("Chosen: configured");
        info.ShouldContain("Alternative overlay2: can be configured");
        info.ShouldContain("Alternative btrfs: needs ");
        var busybox = $"{_host.Instance.Settings.Registry}/busybox:latest";
        await LivesAsync("vfs", busybox, "from-vfs");
        var pid = (await _host.DockerAsync("inspect", "-f", "{{.State.Pid}}", "on-vfs")).Succeeded().Text;

        await SwitchAsync("erofs");
        (await _host.DockerAsync("inspect", "-f", "{{.State.Pid}} {{.Driver}}", "on-vfs")).Succeeded().Text.ShouldBe(pid + " vfs", "it goes on");
        await LivesAsync("erofs", "from-vfs", "from-erofs");
        Directory.EnumerateFiles(Path.Combine(_host.Instance.WorkerFolder, "layers"), "layer.erofs", SearchOption.AllDirectories).Count().ShouldBe(1, "the new layer");

        await SwitchAsync("fuse-overlayfs");
        await LivesAsync("fuse-overlayfs", "from-erofs", "from-fuse");

        await _host.ConfigureAsync("{}");
        (await _host.InfraAsync("up", "--no-demo")).Succeeded();
        // It is the worker's first report, which comes in the moment after it answers.
        await Eventually.IsTrueAsync(async () => (await _host.DockerAsync("info", "-f", "{{.Driver}}")).Succeeded().Text == "overlay2");
        (await _host.DockerAsync("run", "--rm", "from-fuse", "ls", "/made")).Succeeded().Text.ShouldBe("erofs\nfuse-overlayfs\nvfs");
        foreach (var driver in (string[])["vfs", "erofs", "fuse-overlayfs"])
        {
            (await _host.DockerAsync("restart", "-t", "0", "on-" + driver)).Succeeded();
            (await _host.DockerAsync("exec", "on-" + driver, "cat", "/made/" + driver)).Succeeded().Text.ShouldBe(driver);
            (await _host.DockerAsync("inspect", "-f", "{{.Driver}}", "on-" + driver)).Succeeded().Text.ShouldBe(driver);
            (await _host.DockerAsync("rm", "-f", "on-" + driver)).Succeeded();
        }
        Directory.GetDirectories(Path.Combine(_host.Instance.WorkerFolder, "containers")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_driver_that_the_host_has_not_is_named_with_what_it_needs()
    {
        await _host.ConfigureAsync("""{ "storage-driver": "aufs" }""");
        var up = await _host.InfraAsync("up", "--no-demo");
        up.ExitCode.ShouldNotBe(0);
        up.All.ShouldContain("\"storage-driver\": \"aufs\" needs aufs in the kernel");
    }

    private async Task SwitchAsync(string driver)
    {
        await _host.ConfigureAsync($$"""{ "storage-driver": "{{driver}}" }""");
        (await _host.InfraAsync("up", "--no-demo")).Succeeded();
    }

    /// <summary>Runs, is written to, is looked at, copied from and committed.</summary>
    private async Task LivesAsync(string driver, string image, string commit)
    {
        var name = "on-" + driver;
        (await _host.DockerAsync("run", "-d", "--name", name, image, "sh", "-c", $"mkdir -p /made; echo {driver} > /made/{driver}; rm -f /bin/ash; sleep 1000")).Succeeded();
        (await _host.DockerAsync("inspect", "-f", "{{.Driver}} {{.GraphDriver.Name}}", name)).Succeeded().Text.ShouldBe($"{driver} {driver}");
        await Eventually.IsTrueAsync(async () => (await _host.DockerAsync("diff", name)).Succeeded().Text.Split('\n').Contains("A /made/" + driver));
        (await _host.DockerAsync("cp", $"{name}:/made/{driver}", Path.Combine(RunningInstance.Folder, driver))).Succeeded();
        File.ReadAllText(Path.Combine(RunningInstance.Folder, driver)).ShouldBe(driver + "\n");
        (await _host.DockerAsync("commit", name, commit)).Succeeded();
        (await _host.DockerAsync("run", "--rm", commit, "cat", "/made/" + driver)).Succeeded().Text.ShouldBe(driver);
    }
}
