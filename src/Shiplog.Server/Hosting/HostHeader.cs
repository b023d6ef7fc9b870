using System.Net;

namespace Shiplog.Server.Hosting;

/// <summary>
/// On TCP, answers only requests that name a loopback host: a page of some other site, whose name was made to resolve to
/// 127.0.0.1 (DNS rebinding), is told nothing.
/// </summary>
internal static class HostHeader
{
    public static IApplicationBuilder UseLoopbackHosts(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.Listener() != Listener.Http || IsLoopback(context.Request.Host.Host))
        {
            await next(context);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        await context.Response.WriteAsJsonAsync(new
        {
            title = "misdirected request",
            status = 421,
            detail = $"this server answers to loopback names only (localhost, 127.0.0.1, [::1]), not to {context.Request.Host.Host}",
        }, options: null, contentType: "application/problem+json");
    });

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
