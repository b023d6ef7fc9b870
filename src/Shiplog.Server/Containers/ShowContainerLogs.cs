using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/{id}/logs</summary>
internal sealed class ShowContainerLogs(ContainerCommands commands, IWorker worker, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var (stdout, stderr) = (request.Flag("stdout"), request.Flag("stderr"));
        if (!stdout && !stderr)
            throw DockerException.Invalid("Bad parameters: you must choose at least one stream");
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        if (container.Host is { LogDriver: "none" })
            throw new DockerException(501, "configured logging driver does not support reading");
        var tty = container.Config is { Tty: true };
        using var answer = await WorkerStream.GetAsync(
            worker, WorkerStreams.Logs(container.Id) + Query(request, stdout, stderr, tty, LogDetails.Of(container)), request.Cancellation);
        await request.StartAsync(!tty && request.Version.AtLeast(42)
            ? "application/vnd.docker.multiplexed-stream"
            : "application/vnd.docker.raw-stream");
        await WorkerStream.CopyAsync(answer, request.Response, request.Cancellation);
    }

    private string Query(DockerRequest request, bool stdout, bool stderr, bool tty, string details)
    {
        static int Bit(bool flag) => flag ? 1 : 0;
        return $"?stdout={Bit(stdout)}&stderr={Bit(stderr)}&follow={Bit(request.Flag("follow"))}&timestamps={Bit(request.Flag("timestamps"))}" +
            $"&tail={Uri.EscapeDataString(request.Query("tail") ?? "all")}&since={Time(request, "since")}&until={Time(request, "until")}&tty={Bit(tty)}" +
            (request.Flag("details") ? "&details=" + Uri.EscapeDataString(details) : "");
    }

    /// <summary>Seconds since 1970 with nine digits behind the point; empty for no bound.</summary>
    private string Time(DockerRequest request, string key) =>
        DockerTime.Parse(request.Query(key), time.GetUtcNow()) is not { } bound || bound == DateTimeOffset.UnixEpoch
            ? ""
            : (DockerTime.Nanoseconds(bound) / 1_000_000_000m).ToString("0.000000000", CultureInfo.InvariantCulture);
}
