using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>GET /exec/{id}/json, for as long as its container is there.</summary>
internal sealed class InspectExec(IEventLog events) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var (container, e) = await events.FindExecAsync(request.Name, request.Cancellation) ?? throw DockerException.NoSuchExec(request.Name);
        byte[] keys = e.DetachKeys is { } text && DetachKeys.TryParse(text, out var parsed) ? parsed : [];
        await request.WriteJsonAsync(
            new ExecInspect(
                e.Id, e.Status is ExecStatus.Starting or ExecStatus.Running, e.ExitCode,
                new ExecProcessConfig(e.Tty, e.Cmd[0], e.Cmd[1..], e.Privileged, e.User), e.AttachStdin, e.AttachStderr, e.AttachStdout,
                e.Status == ExecStatus.Ended, container.Id, keys, e.Pid),
            DockerJson.Default.ExecInspect);
    }
}
