using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Containers;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Builds;

/// <summary>The containers that run a build's RUN: real ones, with all that the log tells of any container, and the cause <c>build</c>.</summary>
internal sealed class BuildContainers(
    ContainerCreator creator, ContainerStarter starter, ContainerCommands commands, ContainerKiller killer, IWorker worker, IEventFeed feed, IEventLog log, TimeProvider time)
{
    // As the classic builder shows standard error (ECMA-48, SGR).
    private const string Red = "\u001b[91m", Plain = "\u001b[0m";

    /// <summary>The cause of all that a build does with containers.</summary>
    public const string Cause = "build";

    /// <summary>The label by which a container's build is known.</summary>
    public const string Label = "shiplog.build";

    /// <returns>The container, whose program has ended well.</returns>
    /// <exception cref="BuildException">It has not.</exception>
    public async Task<string> RunAsync(RunPlan run, string imageId, BuildRequest asked, string buildId, IBuildOutput output, DockerRequest request, CancellationToken cancellation)
    {
        var created = await creator.CreateAsync(Body(run, imageId, asked, buildId), null, null, request, request.NewCommand(Cause));
        try
        {
            await output.SayAsync($" ---> Running in {created.Id[..12]}\n");
            var code = await ToEndAsync(created.Id, output, request, cancellation);
            return code == 0 ? created.Id : throw new BuildException(
                FailureKind.Invalid, $"The command '{string.Join(' ', run.Command)}' returned a non-zero code: {code}")
            { ExitCode = code };
        }
        catch
        {
            // What failed may be looked at, unless nobody waits for it any more.
            if (asked.ForceRemoveContainers || cancellation.IsCancellationRequested)
                await RemoveAsync(created.Id, () => request.NewCommand(Cause));
            throw;
        }
    }

    /// <summary>Takes away what is left of a build that nobody goes on with.</summary>
    public async Task RemoveOfAsync(string buildId, Func<CommandContext> newCommand)
    {
        foreach (var container in await log.ListContainersAsync(CancellationToken.None))
        {
            if (container.Config?.Labels.GetValueOrDefault(Label) == buildId)
                await RemoveAsync(container.Id, newCommand);
        }
    }

    /// <exception cref="DockerException">It came to nothing.</exception>
    public async Task RemoveAsync(string containerId, Func<CommandContext> newCommand)
    {
        var context = newCommand();
        var container = await commands.FindAsync(containerId, CancellationToken.None);
        if (container.IsUp)
            await killer.KillAsync(containerId, "KILL", newCommand(), "");
        var command = new Domain.Containers.RemoveContainer(context.CommandId, Force: true, Volumes: true);
        if (await commands.AcceptAsync<ContainerRemoveRequested>(
                containerId, c => Domain.Containers.RemoveContainer.Decide(command, c, time.GetUtcNow()), context) is { } intent)
            await commands.CarryOutAsync(OrderFactory.Remove(intent));
    }

    private static CreateContainerBody Body(RunPlan run, string imageId, BuildRequest asked, string buildId) => new()
    {
        Image = imageId,
        Cmd = run.Command,
        // None, also where the image has one.
        Entrypoint = [""],
        Env = [.. run.Environment.Select(e => e.Variable)],
        Healthcheck = new HealthcheckDto { Test = ["NONE"] },
        Labels = new() { [Label] = buildId },
        HostConfig = asked.Host with
        {
            NetworkMode = run.Network is null or "default" ? asked.Host.NetworkMode : run.Network,
            Tmpfs = run.Mounts.Where(m => m.Type is "tmpfs").ToDictionary(m => m.Target!, m => m.Size > 0 ? $"size={m.Size}" : ""),
            Mounts = [.. run.Mounts.Where(m => m.Type is "cache").Select(Cache)],
        },
    };

    /// <summary>A volume that goes from build to build; what is in it is no part of any image.</summary>
    private static MountBody Cache(RunMount mount) => new()
    {
        Type = "volume",
        Source = "build-cache-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mount.Id ?? mount.Target!)))[..16],
        Target = mount.Target!,
        ReadOnly = mount.ReadOnly,
    };

    private async Task<int> ToEndAsync(string id, IBuildOutput output, DockerRequest request, CancellationToken cancellation)
    {
        using var watch = new ContainerWatch(feed, id);
        await starter.StartAsync(id, request, request.NewCommand(Cause));
        using (var answer = await WorkerStream.GetAsync(
            worker, WorkerStreams.Logs(id) + "?stdout=1&stderr=1&follow=1&timestamps=0&tail=all&since=&until=&tty=0", cancellation))
        {
            await using var frames = await answer.Content.ReadAsStreamAsync(cancellation);
            await PassAsync(frames, output, cancellation);
        }
        return await watch.Exit.WaitAsync(cancellation) ?? (await commands.FindAsync(id, cancellation)).ExitCode;
    }

    /// <summary>Passes on what a program writes, in Docker's stream format (Engine API, "Stream format").</summary>
    private static async Task PassAsync(Stream frames, IBuildOutput output, CancellationToken cancellation)
    {
        // A character may be cut in two by a frame's end.
        Decoder[] decoders = [Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder()];
        var head = new byte[8];
        while (await frames.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) == head.Length)
        {
            var body = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4))];
            await frames.ReadExactlyAsync(body, cancellation);
            var text = new char[body.Length + 1];
            var length = decoders[head[0] == 2 ? 1 : 0].GetChars(body, text, flush: false);
            if (length > 0)
                await output.SayAsync(head[0] == 2 ? $"{Red}{text.AsSpan(0, length)}{Plain}" : new string(text, 0, length));
        }
    }
}
