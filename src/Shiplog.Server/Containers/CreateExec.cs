using System.Security.Cryptography;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/exec: nothing runs before somebody starts it.</summary>
internal sealed class CreateExecEndpoint(ContainerCommands commands, ExecInputs inputs, TimeProvider time) : IDockerEndpoint
{
    private const int RandomBytes = 16;

    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.CreateExecBody)
            ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        if (body.Cmd is null or [])
            throw DockerException.Invalid("No exec command specified");
        var id = await commands.IdOfAsync(request.Name, request.Cancellation);
        var (context, env) = (request.NewCommand(), body.Env ?? []);
        var command = new CreateExec(
            context.CommandId, ExecId.Of(id, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))), request.Name, body.Cmd,
            body.User ?? "", body.WorkingDir ?? "", body.Tty ?? false, body.Privileged ?? false, body.AttachStdin ?? false,
            body.AttachStdout ?? false, body.AttachStderr ?? false, env, body.DetachKeys is "" ? null : body.DetachKeys);
        await commands.AcceptAsync<ExecCreated>(id, c => CreateExec.Decide(command, c, time.GetUtcNow()), context);
        inputs.Keep(command.ExecId, new ExecInput(env, ConsoleSize.Of(body.ConsoleSize, request.Version)));
        await request.WriteJsonAsync(new CreateExecReply(command.ExecId), DockerJson.Default.CreateExecReply, 201);
    }
}

/// <summary>A terminal's size as clients give it: height before width, since API 1.42.</summary>
internal static class ConsoleSize
{
    public static (int Width, int Height) Of(int[]? size, ApiVersion version) =>
        version.AtLeast(42) && size is [var height, var width] ? (width, height) : (0, 0);
}
