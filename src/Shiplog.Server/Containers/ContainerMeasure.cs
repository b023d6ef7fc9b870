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
