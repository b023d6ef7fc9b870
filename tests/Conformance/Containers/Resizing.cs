namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/resize</summary>
public sealed class Resizing : Conversation
{
    [Fact]
    public async Task Gives_the_terminal_another_size()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sh", "-c", "echo ready; read a; stty size"], Tty = true, OpenStdin = true });
        using var client = await Hijacked.PostAsync($"/containers/{id}/attach?stdin=1&stdout=1&stream=1&logs=1");
        await client.ReadUntilAsync("ready\r\n");
        (await DockerEngine.PostAsync($"/containers/{id}/resize?h=33&w=77")).With(200);
        await client.SendAsync("\n");
        await client.ReadUntilAsync("33 77\r\n");
    }

    [Fact]
    public async Task Needs_numbers()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/resize?h=high&w=77")).With(400);
    }

    [Fact]
    public async Task Refuses_what_does_not_run()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/containers/{id}/resize?h=10&w=20")).Refuses(409, $"Container {id} is not running");
    }
}
