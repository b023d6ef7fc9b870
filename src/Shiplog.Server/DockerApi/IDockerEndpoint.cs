namespace Shiplog.Server.DockerApi;

/// <summary>One verb of Docker's API. One instance serves all requests.</summary>
internal interface IDockerEndpoint
{
    /// <summary>Answers, or throws what <see cref="DockerErrors"/> turns into an answer.</summary>
    Task HandleAsync(DockerRequest request);
}
