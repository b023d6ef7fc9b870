using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>POST /images/{name}/tag: decided and done in one event.</summary>
internal sealed class TagImageEndpoint(IEventLog log, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var (repository, tag) = (request.Query("repo") ?? throw DockerException.Invalid("invalid reference format"), request.Query("tag"));
        if (!ImageReference.TryParse(tag is null ? repository : $"{repository}:{tag}", out var reference, out var error))
            throw DockerException.Invalid(ImageReference.TryParse(repository, out _, out var ofName) ? "invalid tag format" : ofName);
        var image = await log.FindImageAsync(request.Name, request.Cancellation) ?? throw DockerException.NoSuchImage(request.Name);
        var command = new TagImage(reference.ToString(), image.Id);
        ContainerCommands.Accepted<ImageTagged>(await log.DecideAsync<Reference>(
            Streams.Reference(command.Reference), r => TagImage.Decide(command, r, time.GetUtcNow()), request.NewCommand(), CancellationToken.None));
        request.Response.StatusCode = 201;
    }
}
