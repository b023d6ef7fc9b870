using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Images;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Engine;

/// <summary>POST /auth: whether a registry takes credentials; asked by the worker, since it is who speaks to registries.</summary>
internal sealed class CheckCredentials(IWorker worker) : IDockerEndpoint
{
    private const string Hub = "docker.io";

    public async Task HandleAsync(DockerRequest request)
    {
        var auth = await request.ReadJsonAsync(DockerJson.Default.AuthConfig) ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        if (RegistryAuth.Of(auth) is not { } credentials)
            throw DockerException.Invalid("a user name and a password are needed");
        var login = new RegistryLogin(DomainOf(auth.ServerAddress), credentials);
        using var taken = await WorkerStream.PostJsonAsync(worker, WorkerStreams.LogIn, login, request.Cancellation);
        await request.WriteJsonAsync(new AuthReply("Login Succeeded", credentials.IdentityToken ?? ""), DockerJson.Default.AuthReply);
    }

    /// <summary>Of what clients send: <c>https://index.docker.io/v1/</c>, <c>127.0.0.1:5000</c>.</summary>
    private static string DomainOf(string? server)
    {
        var text = server ?? "";
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? text : text[(scheme + 3)..]).Split('/')[0];
        return host is "" or "index.docker.io" or "registry-1.docker.io" ? Hub : host;
    }
}
