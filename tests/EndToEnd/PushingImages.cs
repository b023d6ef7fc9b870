using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>What was committed here goes to a registry and comes back as it was.</summary>
public sealed class PushingImages(RunningInstance engine)
{
    [Fact]
    public async Task A_commit_is_pushed_removed_and_pulled_again_with_the_same_id_and_the_log_tells_of_it()
    {
        var name = $"{engine.Instance.Settings.Registry}/pushed:v1";
        (await engine.DockerAsync("run", "--name", "to-push", "busybox", "sh", "-c", "echo kept > /kept")).Succeeded();
        var id = (await engine.DockerAsync("commit", "to-push", name)).Succeeded().Text;
        var last = (await engine.StatusAsync()).LastSequence;

        var told = (await engine.DockerAsync("push", name)).Succeeded().Output;
        told.ShouldContain($"The push refers to repository [{engine.Instance.Settings.Registry}/pushed]");
        told.ShouldContain(": Pushed");
        told.ShouldMatch("v1: digest: sha256:[0-9a-f]{64} size: [0-9]+");
        (await engine.DockerAsync("push", name)).Succeeded().Output.ShouldContain("Layer already exists");

        (await engine.DockerAsync("rm", "to-push")).Succeeded();
        (await engine.DockerAsync("rmi", name)).Succeeded();
        (await engine.DockerAsync("pull", "-q", name)).Succeeded();
        (await engine.DockerAsync("inspect", "-f", "{{.Id}}", name)).Succeeded().Text.ShouldBe(id);
        (await engine.DockerAsync("run", "--rm", name, "cat", "/kept")).Succeeded().Output.ShouldBe("kept\n");
        var pushed = (await engine.EventsAfterAsync(last)).Where(e => e.Type == "image_pushed").ToArray();
        pushed.Select(e => (e.Stream, e.Actor, e.Data.GetProperty("sentLayers").GetInt32())).ShouldBe([("image/" + id, "unix:root", 1), ("image/" + id, "unix:root", 0)]);
        (await engine.DockerAsync("rmi", name)).Succeeded();
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_named()
    {
        (await engine.DockerAsync("tag", "busybox", "127.0.0.1:9/x:v1")).Succeeded();
        var refused = await engine.DockerAsync("push", "127.0.0.1:9/x:v1");
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("registry 127.0.0.1:9 cannot be reached: connection refused");
        (await engine.DockerAsync("rmi", "127.0.0.1:9/x:v1")).Succeeded();
    }
}
