using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>What containers take of the disk, as the worker finds it now.</summary>
internal sealed class ContainerMeasure(IWorker worker)
{
    /// <summary>A list's line with the sizes; as it is where they cannot be told.</summary>
    /// <inheritdoc cref="OfAsync"/>
    public async Task<ContainerSummary> InAsync(ContainerSummary line, Container c, CancellationToken cancellation) =>
        await OfAsync(c, cancellation) is var (readWrite, layers) ? line with { SizeRw = readWrite, SizeRootFs = readWrite + layers } : line;

    /// <returns><see langword="null"/> where it cannot be told: the container, or its image, has gone meanwhile.</returns>
    /// <exception cref="WorkerAwayException">The worker does not answer.</exception>
    public async Task<ContainerSize?> OfAsync(Container c, CancellationToken cancellation)
    {
        try
        {
            using var answer = await WorkerStream.GetAsync(worker, $"{WorkerStreams.Size(c.Id)}?image={c.ImageId}", cancellation);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            return await JsonSerializer.DeserializeAsync(body, DockerJson.Default.ContainerSize, cancellation);
        }
        catch (DockerException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
