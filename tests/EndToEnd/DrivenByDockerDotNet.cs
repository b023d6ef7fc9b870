using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Docker's own client for .NET: a whole life by its calls, each answer read into its types.</summary>
public sealed class DrivenByDockerDotNet(RunningInstance engine)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_is_made_started_listened_to_committed_and_removed()
    {
        using var client = new DockerClientBuilder().WithEndpoint(new Uri("unix://" + engine.Instance.DockerSocket)).Build();
        await client.System.PingAsync(Cancellation);
        (await client.System.GetSystemInfoAsync(Cancellation)).OSType.ShouldBe("linux");
        (await client.System.GetVersionAsync(Cancellation)).Os.ShouldBe("linux");

        var progress = new List<string?>();
        await client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromImage = engine.Busybox.Split(":latest")[0], Tag = "latest" }, null,
            new Synchronous<JSONMessage>(m => progress.Add(m.Status)), Cancellation);
        progress.ShouldContain($"Status: Image is up to date for {engine.Busybox}");

        var made = await client.Containers.CreateContainerAsync(
            new CreateContainerParameters
            {
                Image = "busybox",
                Name = "by-docker-dotnet",
                Cmd = ["sh", "-c", "echo out; echo err >&2; read line; echo got $line; exit 4"],
                OpenStdin = true,
                StdinOnce = true,
                AttachStdin = true,
                AttachStdout = true,
                AttachStderr = true,
                Labels = new Dictionary<string, string> { ["by"] = "docker-dotnet" },
            }, Cancellation);
        using (var attached = await client.Containers.AttachContainerAsync(
            made.ID, new ContainerAttachParameters { Stream = true, Stdin = true, Stdout = true, Stderr = true }, Cancellation))
        {
            (await client.Containers.StartContainerAsync(made.ID, new ContainerStartParameters(), Cancellation)).ShouldBeTrue();
            var line = Encoding.UTF8.GetBytes("a line\n");
            await attached.WriteAsync(line, 0, line.Length, Cancellation);
            attached.CloseWrite();
            var (output, error) = await attached.ReadOutputToEndAsync(Cancellation);
            output.ShouldBe("out\ngot a line\n");
            error.ShouldBe("err\n");
        }
        (await client.Containers.WaitContainerAsync(made.ID, Cancellation)).StatusCode.ShouldBe(4);

        var listed = await client.Containers.ListContainersAsync(
            new ContainersListParameters
            {
                All = true,
                Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { ["by=docker-dotnet"] = true } },
            }, Cancellation);
        listed.ShouldHaveSingleItem().Names.ShouldBe(["/by-docker-dotnet"]);
        var inspected = await client.Containers.InspectContainerAsync(made.ID, Cancellation);
        inspected.State.ShouldNotBeNull().ExitCode.ShouldBe(4);
        inspected.Config.ShouldNotBeNull().Labels.ShouldNotBeNull()["by"].ShouldBe("docker-dotnet");

        var committed = await client.Images.CommitContainerChangesAsync(
            new CommitContainerChangesParameters { ContainerID = made.ID, RepositoryName = "by-docker-dotnet", Tag = "v1" }, Cancellation);
        (await client.Images.InspectImageAsync("by-docker-dotnet:v1", Cancellation)).ID.ShouldBe(committed.ID);
        (await client.Images.DeleteImageAsync("by-docker-dotnet:v1", new ImageDeleteParameters(), Cancellation)).ShouldNotBeEmpty();
        await client.Containers.RemoveContainerAsync(made.ID, new ContainerRemoveParameters(), Cancellation);
        (await Should.ThrowAsync<DockerContainerNotFoundException>(() => client.Containers.InspectContainerAsync(made.ID, Cancellation)))
            .ResponseBody.ShouldNotBeNull().ShouldContain("No such container");
    }

    /// <summary>Unlike the framework's own, tells before it returns.</summary>
    private sealed class Synchronous<T>(Action<T> told) : IProgress<T>
    {
        public void Report(T value) => told(value);
    }
}
