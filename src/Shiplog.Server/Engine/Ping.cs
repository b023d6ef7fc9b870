using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Engine;

/// <summary>GET and HEAD /_ping: the server answers; it touches neither store nor worker.</summary>
internal sealed class Ping : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var headers = request.Response.Headers;
        headers.CacheControl = "no-cache, no-store, must-revalidate";
        headers.Pragma = "no-cache";
        headers["Swarm"] = "inactive";
        // The classic builder: a client that has BuildKit as well chooses by it.
        headers["Builder-Version"] = "1";
        request.Response.ContentType = "text/plain; charset=utf-8";
        if (HttpMethods.IsHead(request.Http.Request.Method))
            request.Response.ContentLength = 0;
        else
            await request.Response.BodyWriter.WriteAsync("OK"u8.ToArray(), request.Cancellation);
    }
}
