using System.Text;

namespace Shiplog.Conformance.Tests.Speaking;

/// <summary>A test's talk with the engine, and the containers and images it has made, which go with it.</summary>
public abstract class Conversation : IAsyncLifetime
{
    /// <summary>Says that it is ready, and ends with 7 when it is asked to.</summary>
    internal static readonly string[] Polite = ["sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 1000 & wait $!; done"];

    private readonly List<string> _containers = [];
    private readonly List<string> _images = [];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The suite's own image by a short name.</summary>
    public async ValueTask InitializeAsync()
    {
        if ((await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).Status == 200)
            return;
        (await DockerEngine.PostAsync($"/images/create?fromImage={DockerEngine.Registry}/busybox&tag=latest")).With(200);
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Registry}/busybox:latest/tag?repo={DockerEngine.Image}&tag=latest")).With(201);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var id in _containers)
            await DockerEngine.DeleteAsync($"/containers/{id}?force=1&v=1");
        foreach (var name in Enumerable.Reverse(_images))
            await DockerEngine.DeleteAsync($"/images/{name}?force=1");
        GC.SuppressFinalize(this);
    }

    /// <summary>A name that nothing else has.</summary>
    private protected static string NewName() => "c" + Guid.NewGuid().ToString("n")[..12];

    /// <summary>A container of busybox.</summary>
    private protected Task<string> CreateAsync(params string[] cmd) => CreateAsync(new { DockerEngine.Image, Cmd = cmd });

    private protected async Task<string> CreateAsync(object body, string? name = null)
    {
        var id = (await DockerEngine.PostAsync("/containers/create" + (name is null ? "" : "?name=" + name), body)).With(201).Json.Text("Id");
        _containers.Add(id);
        return id;
    }

    private protected async Task<string> RunAsync(params string[] cmd) => await StartAsync(await CreateAsync(cmd));

    private protected async Task<string> RunAsync(object body, string? name = null) => await StartAsync(await CreateAsync(body, name));

    private protected static async Task<string> StartAsync(string id)
    {
        (await DockerEngine.PostAsync($"/containers/{id}/start")).With(204);
        return id;
    }

    /// <summary>A running <see cref="Polite"/> container that has its trap set.</summary>
    private protected async Task<string> RunPoliteAsync(string? name = null)
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = Polite }, name);
        await SaidAsync(id, "ready");
        return id;
    }

    /// <summary>A container that has ended by itself.</summary>
    private protected async Task<string> RunToEndAsync(params string[] cmd)
    {
        var id = await RunAsync(cmd);
        await EndedAsync(id);
        return id;
    }

    /// <summary>Its exit code, when it has ended.</summary>
    private protected static async Task<int> EndedAsync(string id) =>
        (await DockerEngine.PostAsync($"/containers/{id}/wait")).With(200).Json.Number("StatusCode");

    /// <summary>Returns when this line is in the container's log.</summary>
    private protected static async Task SaidAsync(string id, string line)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(DockerEngine.Patience);
        await using var log = await DockerEngine.OpenAsync(HttpMethod.Get, $"/containers/{id}/logs?stdout=1&stderr=1&follow=1");
        var text = new StringBuilder();
        while (await Frame.ReadAsync(log, patience.Token) is { } frame)
        {
            text.Append(frame.Text);
            if (text.ToString().Contains(line + "\n", StringComparison.Ordinal))
                return;
        }
        throw new ShouldAssertException($"the container ended without saying {line}: {text}");
    }

    private protected static async Task<JsonElement> InspectAsync(string idOrName) =>
        (await DockerEngine.GetAsync($"/containers/{idOrName}/json")).With(200).Json;

    private protected static async Task<JsonElement> StateAsync(string idOrName) => (await InspectAsync(idOrName)).At("State");

    private protected static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(DockerEngine.Patience);
        while (!await condition())
            await Task.Delay(50, patience.Token);
    }

    /// <summary>Another name of busybox, gone with the test.</summary>
    private protected async Task<string> TagAsync(string? reference = null)
    {
        reference ??= NewName() + ":v1";
        var colon = reference.LastIndexOf(':');
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Image}/tag?repo={reference[..colon]}&tag={reference[(colon + 1)..]}")).With(201);
        Forget(reference);
        return reference;
    }

    /// <summary>A new image made of a container, by the name that it gets. Its id is not that of busybox.</summary>
    private protected async Task<(string Name, string Id)> CommitAsync(string? name = null, string changes = "LABEL made=here")
    {
        var container = await CreateAsync("true");
        name ??= NewName();
        var id = (await DockerEngine.PostAsync($"/commit?container={container}&repo={name}&tag=v1&changes={Uri.EscapeDataString(changes)}"))
            .With(201).Json.Text("Id");
        Forget(name + ":v1");
        (await DockerEngine.DeleteAsync($"/containers/{container}")).With(204);
        return (name + ":v1", id);
    }

    // dockerd takes no push without the header, whatever is in it.
    private protected static Task<Answer> PushAsync(string path) =>
        DockerEngine.SendAsync(HttpMethod.Post, path, new ByteArrayContent([]) { Headers = { { "X-Registry-Auth", "e30=" } } });

    /// <summary>Removed when the test ends, if it is still there.</summary>
    private protected void Forget(string image) => _images.Add(image);

    private protected void ForgetContainer(string id) => _containers.Add(id);
}
