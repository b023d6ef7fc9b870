using JasperFx;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker;
using Shiplog.Worker.Build;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Images;
using Shiplog.Worker.Reconcile;
using Shiplog.Worker.Stats;
using Shiplog.Worker.Storage;
using Shiplog.Worker.Streams;
using Shiplog.Worker.Volumes;
using Wolverine;
using Wolverine.Http.Transport;

var instance = Instance.Load();
// Nothing is read from the folder it is started in; by default ASP.NET would watch all of it, and "/" is the whole machine.
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
{
    Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"],
    ContentRootPath = AppContext.BaseDirectory,
});
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
builder.Logging.SetMinimumLevel(LogLevel.Information);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Wolverine", LogLevel.Warning).AddFilter("JasperFx", LogLevel.Warning);

builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    // Archives are as large as they are, and a log that is followed may be silent for days.
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MinRequestBodyDataRate = null;
    kestrel.Limits.MinResponseDataRate = null;
    kestrel.ListenUnixSocket(instance.WorkerSocket, listen => listen.Use(next => connection =>
        listen.ApplicationServices.GetRequiredService<AttachConnections>().OnConnectionAsync(connection, next)));
});

builder.Services.AddContainers(instance);
builder.Services.AddImages();
builder.Services.AddBuilds();
builder.Host.UseWolverine(options => options.UseOrders(), WorkerServices.Extensions);

var app = builder.Build();
app.MapWolverineHttpTransportEndpoints();
app.MapContainerStreams();
app.MapContainerStats();
app.MapImageStreams();
app.MapBuildStreams();
app.MapContainerFiles();
app.MapVolumeStreams();
app.MapGet(WorkerStreams.Ready, () => HostFacts.Version);

// Commands such as "codegen write" run beside a worker that serves.
if (args.Length > 0)
    return await app.RunJasperFxCommands(args);

try
{
    app.Services.GetRequiredService<StorageDrivers>();
}
catch (InvalidDataException e)
{
    // What is configured cannot be: trying again would not help, and whoever keeps us running knows that by the code (sysexits.h, EX_CONFIG).
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 78;
}

using var claim = WorkerSocket.Claim(instance);
app.Lifetime.ApplicationStarted.Register(() => WorkerSocket.Open(instance));
await app.RunAsync();
return 0;
