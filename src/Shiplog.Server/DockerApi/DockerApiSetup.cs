using Microsoft.AspNetCore.Http;

using Shiplog.Server.Builds;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Engine;
using Shiplog.Server.Images;
using Shiplog.Server.Networks;
using Shiplog.Server.Orders;
using Shiplog.Server.Volumes;

namespace Shiplog.Server.DockerApi;

/// <summary>Docker's API, as the docker CLI speaks it to the unix socket.</summary>
internal static class DockerApiSetup
{
    /// <summary>What <c>docker version</c> shows.</summary>
    public static readonly string ServerVersion = typeof(DockerApiSetup).Assembly.GetName().Version!.ToString(3);

    private static readonly string ServerHeader = $"Shiplog/{ServerVersion} (linux)";

    public static IServiceCollection AddDockerApi(this IServiceCollection services) => services
        .AddSingleton<DockerRoutes>().AddSingleton<NetworkDirectory>().AddSingleton<NetworkRemover>().AddSingleton<RequestedNetworks>().AddSingleton<RequestedContainer>().AddSingleton<MountPlanner>()
        .AddSingleton<ContainerCommands>().AddSingleton<ContainerCreator>().AddSingleton<ContainerStarter>().AddSingleton<ContainerStopper>().AddSingleton<ContainerKiller>()
        .AddSingleton<OrderWithProgress>().AddSingleton<ArchiveUpload>().AddSingleton<ImportImageEndpoint>().AddSingleton<ImageRemover>().AddSingleton<VolumeDirectory>().AddSingleton<VolumeRemover>().AddSingleton<KernelFeatures>().AddSingleton<StorageOfHost>()
        .AddSingleton<ImagePulls>().AddSingleton<BuildCache>().AddSingleton<BuildContainers>().AddSingleton<BuildSteps>().AddSingleton<BaseImages>().AddSingleton<RemoteContexts>().AddSingleton<BuildContext>()
        .AddSingleton<ExecInputs>().AddSingleton<InFlight>().AddSingleton<ContainerFiles>().AddSingleton<ContainerMeasure>()
        .AddHostedService<AnonymousVolumes>();

    /// <summary>
    /// Answers what comes by the docker socket, but for our own REST. Before routing: Docker's paths carry a version in front
    /// and names with slashes in the middle, for which ASP.NET's routes have no words.
    /// </summary>
    public static IApplicationBuilder UseDockerApi(this IApplicationBuilder app)
    {
        var routes = app.ApplicationServices.GetRequiredService<DockerRoutes>();
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Shiplog.DockerApi");
        return app.Use((context, next) =>
            context.Features.Get<DockerConnection>() is null || context.Request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal)
                ? next(context)
                : AnswerAsync(context, routes, log));
    }

    private static async Task AnswerAsync(HttpContext context, DockerRoutes routes, ILogger log)
    {
        var headers = context.Response.Headers;
        headers.Server = ServerHeader;
        headers["Api-Version"] = ApiVersion.Newest.ToString();
        headers["Ostype"] = "linux";
        headers["Docker-Experimental"] = "false";
        try
        {
            var version = ApiVersion.Strip(context.Request.Path.Value ?? "/", out var path);
            if (routes.Find(context.Request.Method, path, out var name) is not { } handler)
                throw DockerException.NotFound("page not found");
            await handler(new DockerRequest(context, version, name));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went; what it asked for goes on or has been recorded.
            Log.ClientGone(log, context.Request.Method, context.Request.Path);
        }
        catch (Exception e)
        {
            await FailAsync(context, e, log);
        }
    }

    private static async Task FailAsync(HttpContext context, Exception exception, ILogger log)
    {
        var (status, message) = DockerErrors.Of(exception);
        if (status == 500 && exception is not DockerException)
            Log.Failed(log, exception, context.Request.Method, context.Request.Path);
        if (context.Response.HasStarted)
        {
            // The status is sent: a broken connection is the only way left to say that the answer is not whole.
            Log.Broken(log, context.Request.Method, context.Request.Path, message);
            context.Abort();
            return;
        }
        context.Response.StatusCode = status;
        if (status != 304)
            await new DockerRequest(context, ApiVersion.Newest, "").WriteJsonAsync(new ErrorBody(message), DockerJson.Default.ErrorBody, status);
    }
}
