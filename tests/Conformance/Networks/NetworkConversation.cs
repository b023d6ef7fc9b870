namespace Shiplog.Conformance.Tests.Networks;

/// <summary>A test's talk about a network of its own, which goes with it.</summary>
public abstract class NetworkConversation : Conversation
{
    private readonly List<string> _networks = [];

    /// <summary>A name that no other network has.</summary>
    private protected string Network { get; } = "n" + NewName();

    /// <summary>The test's containers go before the networks that they are in.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var name in _networks)
            await DockerEngine.DeleteAsync($"/networks/{name}");
        GC.SuppressFinalize(this);
    }

    private protected Task<string> MakeNetworkAsync() => MakeNetworkAsync(new { Name = Network, CheckDuplicate = true });

    private protected async Task<string> MakeNetworkAsync(object body)
    {
        var id = (await DockerEngine.PostAsync("/networks/create", body)).With(201).Json.Text("Id");
        _networks.Add(id);
        return id;
    }

    private protected static object OfSubnet(string name, string subnet, string? gateway = null, string? range = null) =>
        new { Name = name, CheckDuplicate = true, IPAM = new { Config = (object[])[new { Subnet = subnet, Gateway = gateway ?? "", IPRange = range ?? "" }] } };

    /// <summary>What runs a program in the test's network.</summary>
    private protected static object In(string network, string[] cmd, object? endpoint = null) => new
    {
        DockerEngine.Image,
        Cmd = cmd,
        HostConfig = new { NetworkMode = network },
        NetworkingConfig = new { EndpointsConfig = new Dictionary<string, object> { [network] = endpoint ?? new { } } },
    };

    private protected static async Task<JsonElement> ShowAsync(string name) => (await DockerEngine.GetAsync($"/networks/{name}")).With(200).Json;

    private protected static async Task<string[]> NetworksOfAsync(string container) => (await InspectAsync(container)).Keys("NetworkSettings", "Networks");

    private protected static string FiltersOf(string key, string value) =>
        "filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { [key] = [value] }));
}
