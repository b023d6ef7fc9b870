using System.Reflection;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Events;

/// <summary>One event of each kind with everything in it, and one with only what must be, made from their constructors.</summary>
internal static class SampleEvents
{
    public static IEnumerable<TheoryDataRow<string>> Names => EventNames.All.Values.Order().Select(name => new TheoryDataRow<string>(name));

    public static object Full(Type type) => Make(type, type.Name, full: true)!;

    public static object Minimal(Type type) => Make(type, type.Name, full: false)!;

    private static object? Make(Type type, string name, bool full)
    {
        if (type == typeof(string))
            return full ? Text(name) : "";
        if (type == typeof(bool))
            return full;
        if (type == typeof(int))
            return full ? 42 : 0;
        if (type == typeof(long))
            return full ? 5_000_000_000L : 0L;
        if (type == typeof(double))
            return full ? 1.5 : 0d;
        if (type == typeof(DateTimeOffset))
            return full ? Samples.At.AddTicks(1_234_567) : DateTimeOffset.UnixEpoch;
        if (type.IsArray)
            return Array(type.GetElementType()!, name, full);
        if (type == typeof(Dictionary<string, string>))
            return full ? new Dictionary<string, string> { ["com.Example.Label"] = "Ünïcode & <markup> \"quoted\"", ["other"] = "" } : [];
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p => Argument(p, full))]);
        if (full)
            AddOptional(made, constructor);
        return made;
    }

    // Members that were added after the first release of their event: a minimal one has none of them.
    private static void AddOptional(object made, ConstructorInfo constructor)
    {
        var given = constructor.GetParameters().Select(p => p.Name).ToHashSet();
        foreach (var member in made.GetType().GetProperties().Where(p => p.CanWrite && !given.Contains(p.Name)))
            member.SetValue(made, Make(Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType, member.Name, full: true));
    }

    private static object? Argument(ParameterInfo parameter, bool full)
    {
        var optional = Nullable.GetUnderlyingType(parameter.ParameterType) is not null
            || new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
        return optional && !full ? null : Make(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType, parameter.Name!, full);
    }

    private static Array Array(Type element, string name, bool full)
    {
        var array = System.Array.CreateInstance(element, full ? 1 : 0);
        if (full)
            array.SetValue(Make(element, name, full), 0);
        return array;
    }

    // A reference must parse, since states take it apart.
    private static string Text(string name) => name is "Reference" or "References" or "ImageReference" ? "docker.io/library/busybox:latest" : $"a {name}";
}
