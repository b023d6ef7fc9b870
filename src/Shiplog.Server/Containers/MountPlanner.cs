using System.Security.Cryptography;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Domain.Mounts;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>What a new container is to mount: as asked for, as its image declares, as other containers share.</summary>
internal sealed class MountPlanner(ContainerCommands commands, IWorker worker)
{
    /// <returns><see langword="null"/> where there is nothing to mount.</returns>
    /// <exception cref="DockerException">It cannot be.</exception>
    public async Task<MountPlan?> PlanAsync(RequestedMounts? asked, string[] volumes, Image image, CancellationToken cancellation)
    {
        string[] declared = [.. (ImageConfig.TryParse(image.ConfigJson, out var config) ? config.Config.Volumes : []).Union(volumes)];
        if (declared is [] && asked is null)
            return null;
        asked ??= RequestedMounts.None;
        var shared = new List<(MountPoint[], bool)>();
        foreach (var spec in asked.VolumesFrom)
        {
            if (!VolumesFrom.TryParse(spec, out var name, out var readOnly, out var fault))
                throw DockerException.Invalid(fault);
            shared.Add(((await commands.FindAsync(name, cancellation)).Mounts, readOnly));
        }
        var plan = MountPlan.Make(
            asked, declared, shared, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), out var error)
            ?? throw DockerException.Invalid(error);
        await CheckSourcesAsync(asked, cancellation);
        return plan;
    }

    /// <summary>A <c>--mount</c> names a source that is there; what is there only root can tell, so the worker is asked.</summary>
    private async Task CheckSourcesAsync(RequestedMounts asked, CancellationToken cancellation)
    {
        string[] sources = [.. asked.Mounts.Where(m => m is { Type: "bind", Bind: not { CreateMountpoint: true } }).Select(m => m.Source).Distinct()];
        if (sources is [])
            return;
        using var answer = await WorkerStream.GetAsync(
            worker, WorkerStreams.MissingPaths + "?" + string.Join('&', sources.Select(s => "path=" + Uri.EscapeDataString(s))), cancellation);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        if (await JsonSerializer.DeserializeAsync(content, DockerJson.Default.StringArray, cancellation) is [var missing, ..])
            throw DockerException.Invalid($"invalid mount config for type \"bind\": bind source path does not exist: {missing}");
    }
}
