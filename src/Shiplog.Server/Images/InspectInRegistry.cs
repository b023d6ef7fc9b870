using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>GET /distribution/{name}/json: what a name is in its registry, without bringing it here.</summary>
internal sealed class InspectInRegistry(IEventLog log, IWorker worker) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (request.Name.Length == 64 && request.Name.All(char.IsAsciiHexDigitLower))
            throw new DockerException(500, "no manifest found for full image ID");
        if (!ImageReference.TryParse(request.Name, out var reference, out var error))
            throw DockerException.Invalid(error);
        var question = new RegistryQuestion(reference.ToString(), RegistryAuth.Of(request.Http.Request), await IsKnownAsync(reference, request.Cancellation));
        var told = await WorkerStream.AskAsync<RegistryQuestion, ImageInRegistry>(worker, WorkerStreams.AskRegistry, question, request.Cancellation);
        await request.WriteJsonAsync(
            new DistributionInspect(
                new DescriptorDto(told.MediaType, told.Digest, told.Size), [.. told.Platforms.Select(p => new OciPlatformDto(p.Architecture, p.Os, p.Variant))]),
            DockerJson.Default.DistributionInspect);
    }

    private async Task<bool> IsKnownAsync(ImageReference reference, CancellationToken cancellation) => reference.Digest is not null
        && (await log.ListImagesAsync(cancellation)).Any(i => i.RepoDigests.Contains($"{reference.Repository}@{reference.Digest}"));
}
